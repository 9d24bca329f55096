import type { Reply } from '@tiercache/http'
import { joined, pairsOf } from './fields.ts'

/** A stored response, with the fields that middleware has set before it. */
export function responseOf({ status, headers, body }: Reply, before: Headers): Response {
  const pairs = pairsOf(headers)
  const fields = Object.fromEntries(pairs)
  // `@hono/node-server` writes a Response of bytes and plain fields as it is, where others are read as a stream.
  const isPlain = before.keys().next().done === true && Object.keys(fields).length === pairs.length
  return new Response((body ?? null) as Uint8Array<ArrayBuffer> | null, {
    status,
    headers: isPlain ? fields : joined(before, pairs),
  })
}
