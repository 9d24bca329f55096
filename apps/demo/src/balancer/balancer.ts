import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent } from 'undici'
import { monotonicMs } from '../clock.ts'
import { createRotation, type Rotation, type Target } from './rotation.ts'

/** The one address in front of the instances. */
export interface Balancer {
  readonly address: string
  readonly rotation: Rotation
  /** Requests that were sent to a second instance because the first did not answer. */
  retried(): number
  close(): Promise<void>
}

const maxBody = 64 * 1024
const idempotent = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
/** Meant for one connection only (RFC 9110, section 7.6.1), or written anew by node:http. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
])

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[]>
  readonly body: Buffer
}

/**
 * Starts the balancer on 127.0.0.1. It passes each request to the next instance in turn. Requests and answers here are
 * small, so both are held whole: a request whose instance dies before it has answered goes to the next one, as long as
 * repeating it is harmless (RFC 9110, section 9.2.2).
 */
export async function startBalancer(port: number): Promise<Balancer> {
  const rotation = createRotation(monotonicMs)
  const agent = new Agent({
    connections: 128,
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
    connectTimeout: 2000,
  })
  let retried = 0

  const pass = async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
    const tried = new Set<string>()
    for (let target = rotation.next(tried); target; target = rotation.next(tried)) {
      if (tried.size > 0) retried++
      tried.add(target.name)
      try {
        return await send(agent, target, request, body)
      } catch {
        rotation.failed(target.name)
        if (!idempotent.has(request.method ?? '')) return plain(502, `${target.name} did not answer`)
      }
    }
    return plain(
      tried.size > 0 ? 502 : 503,
      tried.size > 0 ? 'no instance answered' : 'no instance is running',
    )
  }

  const server = createServer((request, response) => {
    bodyOf(request)
      .then(body => (body ? pass(request, body) : plain(413, `the body is larger than ${maxBody} bytes`)))
      .then(answer => reply(response, answer))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = server.address()
  return {
    address: `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : port}`,
    rotation,
    retried: () => retried,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await agent.destroy()
    },
  }
}

async function send(agent: Agent, target: Target, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const response = await agent.request({
    origin: target.address,
    path: request.url ?? '/',
    method: (request.method ?? 'GET') as 'GET',
    headers: endToEnd(request.headers),
    body: body.length > 0 ? body : null,
  })
  return {
    status: response.statusCode,
    headers: endToEnd(response.headers),
    body: Buffer.from(await response.body.arrayBuffer()),
  }
}

function endToEnd(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (field): field is [string, string | string[]] => field[1] !== undefined && !hopByHop.has(field[0]),
    ),
  )
}

/** The whole body, or `undefined` if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > maxBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(`${text}\n`) }
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(body)
}
