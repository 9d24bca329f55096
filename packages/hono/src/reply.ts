import type { Reply } from '@tiercache/http'
import { joined } from './fields.ts'

/** A stored response, with the fields that middleware has set before it. */
export function responseOf({ status, headers, byName, body }: Reply, before: Headers): Response {
  // `@hono/node-server` writes a Response of bytes and plain fields as it is, where others are read as a stream.
  const isPlain = before.keys().next().done === true && Object.keys(byName).length * 2 === headers.length
  return new Response((body ?? null) as Uint8Array<ArrayBuffer> | null, {
    status,
    headers: isPlain ? (byName as Record<string, string>) : joined(before, headers),
  })
}
