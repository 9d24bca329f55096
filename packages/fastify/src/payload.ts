import { Readable } from 'node:stream'

/** The bytes of a payload that is there at once. */
export function bytesOf(payload: unknown): Buffer | undefined {
  if (payload === undefined || payload === null) return Buffer.alloc(0)
  if (typeof payload === 'string') return Buffer.from(payload)
  return Buffer.isBuffer(payload) ? payload : undefined
}

/** A payload that comes in pieces. `undefined` for what Fastify is to refuse. */
export function streamOf(payload: unknown): Readable | undefined {
  if (payload instanceof Readable) return payload
  return payload instanceof ReadableStream && !payload.locked ? Readable.fromWeb(payload as never) : undefined
}
