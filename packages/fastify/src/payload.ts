import { pipeline, Readable, Transform } from 'node:stream'
import type { Capture } from '@tiercache/http'

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

/** The same bytes, shown to a capture as they pass. `over` is called when nobody reads any more. */
export function tapped(source: Readable, capture: Capture, over: () => void): Readable {
  const tap = new Transform({
    transform(chunk: Buffer, _, done) {
      capture.chunk(chunk)
      done(null, chunk)
    },
    async flush(done) {
      await capture.end()
      done()
    },
  })
  tap.once('close', () => {
    capture.abort()
    over()
  })
  pipeline(source, tap, () => {})
  return tap
}
