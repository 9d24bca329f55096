import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint } from './endpoint.ts'

const MOST_BYTES = 64 * 1024

/** Answers a request of `node:http` by an endpoint. `parsed`: its body, where the framework has read it already. */
export async function answerNode<Req>(
  endpoint: Endpoint<Req>,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { native, parsed }: { readonly native: Req; readonly parsed?: unknown },
): Promise<void> {
  const { request, response } = exchange
  const { method = 'GET', headers } = request
  const body = async (): Promise<unknown> => parsed ?? (await textOf(request))
  const { status, headers: fields, body: text } = await endpoint({ method, headers, native, body })
  response.writeHead(status, { ...fields, 'content-length': Buffer.byteLength(text) })
  response.end(method === 'HEAD' ? undefined : text)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
