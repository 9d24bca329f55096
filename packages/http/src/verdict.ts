import { type CacheControl, parseCacheControl, secondsOf } from './cache-control.ts'
import { fieldOf, type HeaderMap, tokensOf } from './headers.ts'
import { explicitLifetime, guessedLifetime, initialAge } from './lifetime.ts'
import type { Settings } from './settings.ts'

/** How long a response is kept, and for whom. */
export interface Life {
  readonly ttlMs: number
  readonly swrMs: number
  readonly sieMs: number
  /** How long it is kept past its ttl. */
  readonly graceMs: number
  readonly ageS: number
  readonly shared: boolean
  readonly noCache: boolean
  /** The names of its `Vary` that the key does not cover; only by its headers. */
  readonly vary: readonly string[]
}

/** Why a response is not stored. */
export type Refusal =
  | 'status'
  | 'set-cookie'
  | 'vary'
  | 'no-store'
  | 'private'
  | 'no-cache'
  | 'credentials'
  | 'expired'
  | 'request'
  | 'too-large'
  | 'incomplete'

/** What the decision depends on beside the response. */
export interface Asked {
  /** The route's own ttl for this request, in ms; `undefined`: the response's headers decide. With a policy: the most it may decide. */
  readonly ttlMs: number | undefined
  /** How long it is kept past its ttl at least, for what a policy has learnt of it. */
  readonly learntMs: number
  /** The user whose response it is. */
  readonly user: string | undefined
  readonly credentialed: boolean
  readonly authorized: boolean
  readonly noStore: boolean
  readonly nowMs: number
}

/**
 * Whether a response may be stored, and for how long (RFC 9111 §3, for a shared cache at the origin). A pure function: `Life`, or why not.
 */
export function verdictOf<Req>(
  settings: Settings<Req>,
  asked: Asked,
  status: number,
  headers: HeaderMap,
): Life | Refusal {
  const directives = parseCacheControl(headers['cache-control'])
  const undeclared = undeclaredVary(settings, asked, headers)
  if (!settings.statuses.has(status)) return 'status'
  if (asked.noStore) return 'request'
  if (headers['set-cookie'] !== undefined) return 'set-cookie'
  if (undeclared.includes('*') || (asked.ttlMs !== undefined && undeclared.length > 0)) return 'vary'
  if (directives.has('no-store')) return 'no-store'
  if (directives.has('private') && asked.user === undefined) return 'private'
  if (asked.credentialed && !isShared(directives, asked.authorized)) return 'credentials'
  const life =
    asked.ttlMs === undefined
      ? byHeaders(settings, asked, directives, headers)
      : byRoute(settings, asked, asked.ttlMs, directives, status, headers)
  return typeof life === 'string' ? life : { ...life, shared: isShared(directives, false), vary: undeclared }
}

type Times = Omit<Life, 'shared' | 'vary'>

function byRoute<Req>(
  settings: Settings<Req>,
  asked: Asked,
  routeMs: number,
  directives: CacheControl,
  status: number,
  headers: HeaderMap,
): Times | Refusal {
  if (
    directives.has('no-cache') ||
    (directives.size === 0 && tokensOf(fieldOf(headers, 'pragma')).includes('no-cache'))
  )
    return 'no-cache'
  const told = explicitLifetime(directives, headers, asked.nowMs)
  const ageS = initialAge(headers, asked.nowMs)
  const mostMs = status === 404 || status === 410 ? Math.min(routeMs, settings.negativeMs) : routeMs
  const ttlMs = Math.min(mostMs, told === undefined ? mostMs : (told - ageS) * 1000)
  if (ttlMs < 1) return 'expired'
  const strict = forbidsStale(directives)
  const swrMs = strict ? 0 : settings.swrMs
  const sieMs = strict ? 0 : settings.sieMs
  return { ttlMs, swrMs, sieMs, graceMs: Math.max(swrMs, sieMs, asked.learntMs), ageS, noCache: false }
}

function byHeaders<Req>(
  settings: Settings<Req>,
  asked: Asked,
  directives: CacheControl,
  headers: HeaderMap,
): Times | Refusal {
  const told = explicitLifetime(directives, headers, asked.nowMs)
  const ageS = initialAge(headers, asked.nowMs)
  const lifetimeS = told ?? guessedLifetime(headers, settings.heuristic, asked.nowMs)
  const ttlMs = directives.has('no-cache') ? 0 : Math.max(0, (lifetimeS - ageS) * 1000)
  // Core keeps nothing for no time at all; what is not fresh from the start must be asked for each time.
  const noCache = ttlMs < 1
  const validator = headers['etag'] !== undefined || headers['last-modified'] !== undefined
  const strict = noCache || forbidsStale(directives)
  const swrMs = strict ? 0 : (secondsOf(directives, 'stale-while-revalidate') ?? 0) * 1000
  const sieMs = strict ? 0 : (secondsOf(directives, 'stale-if-error') ?? 0) * 1000
  const graceMs = Math.max(swrMs, sieMs, validator ? settings.keepMs : 0)
  if (ttlMs < 1 && graceMs === 0) return 'expired'
  return { ttlMs, swrMs, sieMs, graceMs, ageS, noCache }
}

/** What a response says it varies on and the key does not cover. */
function undeclaredVary<Req>(settings: Settings<Req>, asked: Asked, headers: HeaderMap): string[] {
  const names = tokensOf(fieldOf(headers, 'vary'))
  const covered = (name: string): boolean =>
    settings.varyHeaders.has(name) ||
    name === 'host' ||
    (asked.user !== undefined && (name === 'authorization' || name === 'cookie'))
  return [...new Set(names)].filter(name => !covered(name)).sort()
}

/** Whether a response to a request with credentials is for everybody (§3.5). A cookie needs the plain word. */
function isShared(directives: CacheControl, authorized: boolean): boolean {
  return (
    directives.has('public') ||
    (authorized && (directives.has('s-maxage') || directives.has('must-revalidate')))
  )
}

/** Whether it must not be answered past its ttl (§4.2.4); `s-maxage` implies `proxy-revalidate` (§5.2.2.10). */
function forbidsStale(directives: CacheControl): boolean {
  return directives.has('must-revalidate') || directives.has('proxy-revalidate') || directives.has('s-maxage')
}
