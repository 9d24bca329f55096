import { Readable, Stream } from 'node:stream'

/** The bytes Koa sends of a body that is no stream. `undefined` where it will refuse to. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (Buffer.isBuffer(body)) return body
  if (body instanceof Response || body instanceof ReadableStream)
    return 'body' in body && body.body === null ? Buffer.alloc(0) : undefined
  const text: unknown = typeof body === 'string' ? body : JSON.stringify(body)
  return typeof text === 'string' ? Buffer.from(text) : undefined
}

/** A body that comes in pieces, of any of the kinds Koa knows. */
export function streamOf(body: unknown): Readable | undefined {
  if (body instanceof Readable) return body
  if (body instanceof Stream) return new Readable().wrap(body as never)
  const web = body instanceof Blob ? body.stream() : body instanceof Response ? body.body : body
  return web instanceof ReadableStream && !web.locked ? Readable.fromWeb(web as never) : undefined
}
