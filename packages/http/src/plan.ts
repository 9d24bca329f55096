import { identityOf, type Identity } from './identity.ts'
import type { RequestView } from './request-view.ts'
import { ANYTHING, type Wanted, wantedOf } from './request-directives.ts'
import { digestOf, type Places, printKey } from './response-key.ts'
import type { Settings } from './settings.ts'
import { variantOf } from './variant.ts'

/** A request that may be answered from the cache: under which key, and what of it the key covers. */
export interface Plan<Req> {
  readonly view: RequestView<Req>
  /** Within the route's namespace. */
  readonly key: string
  /** The key without its variant. */
  readonly primary: string
  readonly variant: Readonly<Record<string, string>>
  readonly identity: Identity
  readonly wanted: Wanted
  /** Path and query as the handler is to see them. */
  readonly url: string
}

/** Why a request goes past the cache. */
export type PassReason =
  | 'method'
  | 'body'
  | 'range'
  | 'target'
  | 'host'
  | 'skip'
  | 'credentials'
  | 'variants'
  | 'refused'
  | 'error'

const PARTIAL = ['range', 'if-range', 'if-match', 'if-unmodified-since']

/** What to look for, or why not to look. Throws what functions among the options throw. */
export function planOf<Req>(
  settings: Settings<Req>,
  places: Places,
  view: RequestView<Req>,
): Plan<Req> | PassReason {
  if (view.method !== 'GET' && view.method !== 'HEAD') return 'method'
  if (view.hasBody) return 'body'
  for (const name of PARTIAL) if (view.headers[name] !== undefined) return 'range'
  if (settings.hosts !== undefined && !settings.hosts.has(view.host.toLowerCase())) return 'host'
  const place = places.of(view)
  if (place === undefined) return 'target'
  if (settings.skip?.(view.native) === true) return 'skip'
  const identity = identityOf(settings, view)
  const variant = settings.varyHeaders.size === 0 ? NO_VARIANT : variantOf(settings.varyHeaders, view.headers)
  const own = settings.key === undefined ? place.key : printKey(settings.key(view.native))
  const primary = identity.user === undefined ? own : `${own}:u=${digestOf(identity.user)}`
  return {
    view,
    key:
      variant === NO_VARIANT ? primary : `${primary}:v=${digestOf(JSON.stringify(Object.entries(variant)))}`,
    primary,
    variant,
    identity,
    wanted: settings.requestDirectives ? wantedOf(view.headers) : ANYTHING,
    url: settings.key === undefined ? (place.target.rewritten ?? view.url) : view.url,
  }
}

const NO_VARIANT: Readonly<Record<string, string>> = Object.freeze({})
