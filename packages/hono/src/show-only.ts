import type { Exposed } from '@tiercache/http'
import type { Context } from 'hono'
import { incomingOf } from './view.ts'

/**
 * Shows what follows only what the key covers. It stays so: a stream may read the request when all middleware is done.
 */
export function showOnly(c: Context, { url, headers }: Exposed): void {
  const { raw } = c.req
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((item): [string, string] => [name, item]),
  )
  const incoming = incomingOf(c)
  c.req.raw = new Request(new URL(raw.url).origin + url, {
    headers: pairs.filter(([name]) => !name.startsWith(':')),
    signal: raw.signal,
  })
  if (incoming === undefined) return
  const shown = { headers: { value: headers }, rawHeaders: { value: pairs.flat() }, url: { value: url } }
  c.env = { ...c.env, incoming: Object.create(incoming, shown) as unknown }
}
