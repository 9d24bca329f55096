import type { IncomingMessage } from 'node:http'
import { type Exposed, showOnly as showOnlyOfNode } from '@tiercache/http'
import type { Context } from 'hono'
import { flatOf, pairsOf } from './fields.ts'
import { incomingOf } from './view.ts'

/**
 * Shows what follows only what the key covers. It stays so: a stream may read the request when all middleware is done.
 */
export function showOnly(c: Context, exposed: Exposed): void {
  const { raw } = c.req
  c.req.raw = new Request(new URL(raw.url).origin + exposed.url, {
    headers: pairsOf(flatOf(exposed.headers)).filter(([name]) => !name.startsWith(':')),
    signal: raw.signal,
  })
  const incoming = incomingOf(c)
  if (incoming === undefined) return
  const shown = Object.create(incoming) as IncomingMessage
  showOnlyOfNode(shown, exposed)
  c.env = { ...c.env, incoming: shown }
}
