import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestView } from '../request-view.ts'
import type { ResponseCache } from '../response-cache.ts'
import { showOnly } from './node-request.ts'
import { addFields, sendReply, tapResponse } from './node-response.ts'

/**
 * Serves a request of `node:http` from a cache, or by `run`, which writes to `response` as it would without a cache. What memory has is
 * written before this returns. Rejects with what
 * `run` throws, and for no other reason.
 */
export async function serveNode<Req>(
  cache: ResponseCache<Req>,
  view: RequestView<Req>,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  run: () => unknown,
): Promise<void> {
  const { request, response } = exchange
  const found = cache.lookup(view)
  const lookup = found instanceof Promise ? await found : found
  if (lookup.kind === 'reply') return sendReply(response, lookup.reply)
  addFields(response, lookup.fields)
  const { capture, exposed } = lookup
  if (capture === undefined) return void (await run())
  if (response.destroyed || response.headersSent) {
    capture.abort()
    return void (await run())
  }
  const restore = exposed === undefined ? () => {} : showOnly(request, exposed)
  tapResponse(response, capture, restore)
  await run()
}
