import { pipeline, type Readable, Transform } from 'node:stream'
import type { Capture } from '../capture.ts'

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
