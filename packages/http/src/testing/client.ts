import { type Agent, request as send, type IncomingHttpHeaders } from 'node:http'

/** What a client got. */
export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly bytes: Buffer
}

/** What a client sends: exactly these fields beside `host` and `connection`, and exactly this path. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
  /** Default: a connection of its own. */
  readonly agent?: Agent
}

/** Sends one request. Rejects where the response breaks off. */
export function ask(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body, agent }: Sent = {},
): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>()
  const { hostname, port } = new URL(origin)
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const outgoing = send(
    { hostname, port, path, method, headers: { ...length, ...headers }, agent: agent ?? false },
    incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: bytes.toString(),
          bytes,
        })
      })
    },
  )
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

/** Sends a request and goes away: after so many bytes of the body, or when `leave` resolves. Resolves when the connection is gone. */
export function askAndLeave(origin: string, path: string, leave: number | Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { hostname, port } = new URL(origin)
  const outgoing = send({ hostname, port, path, agent: false }, incoming => {
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (typeof leave === 'number' && bytes >= leave) outgoing.destroy()
    })
    incoming.on('error', () => {})
    if (leave === 0) outgoing.destroy()
  })
  if (typeof leave !== 'number') void leave.then(() => outgoing.destroy())
  outgoing.on('error', () => {})
  outgoing.on('close', () => resolve())
  outgoing.end()
  return promise
}
