import { fieldOf, type HeaderMap } from './headers.ts'
import { CREDENTIALS } from './identity.ts'
import type { Exposed, RequestView } from './request-view.ts'
import type { Settings } from './settings.ts'
import type { StoredResponse } from './stored-response.ts'

/** A handler answers in full; whether the client has that already is the engine's to see. */
const CONDITIONS = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
]

/** Fields a shared cache forwards only where the response depends on them by `Vary`, which origins forget: known from cache poisoning. */
const UNKEYED = [
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-server',
  'x-forwarded-scheme',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-path',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-http-host-override',
  'x-http-path-override',
  'x-wap-profile',
  'proxy',
  'true-client-ip',
]

/** What the handler is shown of a request whose response may be stored. `known`: a stale response to be revalidated. */
export function exposedOf<Req>(
  settings: Settings<Req>,
  view: RequestView<Req>,
  url: string,
  variant: Readonly<Record<string, string>>,
  known: StoredResponse | undefined,
): Exposed {
  const headers = settings.ttl === 'headers' ? forwarded(view.headers) : keyed(settings, view.headers)
  for (const name of settings.varyHeaders.keys()) delete headers[name]
  Object.assign(headers, variant)
  if (view.trustsProxy === true) {
    headers['x-forwarded-host'] = view.host
    headers['x-forwarded-proto'] = view.scheme
  }
  if (settings.private === false && settings.byUser === false)
    for (const name of CREDENTIALS) delete headers[name]
  if (known?.etag !== undefined) headers['if-none-match'] = known.etag
  if (known?.lastModified !== undefined) headers['if-modified-since'] = known.lastModified
  return { url, headers }
}

function keyed<Req>(settings: Settings<Req>, all: HeaderMap): Record<string, string | string[]> {
  return pick(all, ['host', ...CREDENTIALS, ...settings.unkeyedHeaders])
}

function forwarded(all: HeaderMap): Record<string, string | string[]> {
  const never = new Set([...CONDITIONS, ...UNKEYED])
  return pick(
    all,
    Object.keys(all).filter(name => !never.has(name)),
  )
}

function pick(all: HeaderMap, names: readonly string[]): Record<string, string | string[]> {
  const picked: Record<string, string | string[]> = {}
  for (const name of names) {
    const value = all[name]
    if (value !== undefined) picked[name] = typeof value === 'string' ? value : [...value]
  }
  return picked
}

/** The fields of a request that is sent again to refresh a response: all but its conditions. */
export function replayedFields(headers: HeaderMap): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value =
      CONDITIONS.includes(name) || name === 'cache-control' || name === 'pragma'
        ? undefined
        : fieldOf(headers, name)
    if (value !== undefined) fields[name] = value
  }
  return fields
}
