import type { Capture } from '../capture.ts'

/** Feeds what passes to a capture; what is cancelled on its way is not stored. */
export function tap(capture: Capture): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(chunk, controller) {
      capture.chunk(chunk)
      controller.enqueue(chunk)
    },
    async flush() {
      await capture.end()
    },
    cancel() {
      capture.abort()
    },
  })
}
