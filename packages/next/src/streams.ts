/** All bytes of a stream; `undefined`, and the rest is not read, if they are more than `most`. Rejects with the error of the stream. */
export async function bytesOf(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks, size)
    size += value.byteLength
    if (size > most) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
}

/** A stream of bytes that are its reader's own: what the reader does to them does not reach the cache. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes))
      controller.close()
    },
  })
}
