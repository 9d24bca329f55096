import { type Cache, createCache, type CacheOptions } from '@tiercache/core'
import { TagTimes } from './tag-times.ts'

/** What both handlers take: the options of `createCache`, or a cache that the application has already. */
export interface NextCacheOptions extends CacheOptions {
  /** A cache to use instead of one of the handler's own; then the options of `createCache` are not looked at, except `clock`. */
  readonly cache?: Cache
  /** The largest result of `'use cache'` that is stored, in bytes. Default 8 MiB. */
  readonly maxEntryBytes?: number
}

/** What all handlers of a process share. */
export interface ProcessCache {
  readonly cache: Cache
  readonly times: TagTimes
  /** Sets under way, by key. */
  readonly pending: Map<string, Promise<void>>
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number
}

const SHARED = Symbol.for('@tiercache/next/1')
type Shared = Map<string | Cache, ProcessCache>

/**
 * The cache of these options, made when they are first asked for. Next.js loads a handler's module several times in a process; all of
 * them get the same one, and with it one connection and one memory: those of equal namespace and URL.
 *
 * `next build` works in this process only: nothing that was made during a build gets into the cache of the running site, and a Redis
 * that is not reachable from where it is built is not missed.
 */
export function processCache(options: NextCacheOptions): ProcessCache {
  const { cache: given, maxEntryBytes: _, ...own } = options
  const { namespace = 'next', redis } = own
  const all = sharedCaches()
  const name = given ?? JSON.stringify([namespace, typeof redis === 'string' ? redis : typeof redis])
  const known = all.get(name)
  if (known !== undefined) return known
  const cache =
    given ?? createCache({ ...own, namespace, redis: isBuilding() ? undefined : redisOf(redis), jitter: 0 })
  const { clock } = own
  const now = clock ? () => clock.wall() : () => performance.timeOrigin + performance.now()
  const made = { cache, times: new TagTimes(cache, now), pending: new Map<string, Promise<void>>(), now }
  all.set(name, made)
  return made
}

/** An empty URL is what an unset variable of a container often comes to. */
function redisOf(redis: CacheOptions['redis']): CacheOptions['redis'] {
  return redis === '' ? undefined : redis
}

function isBuilding(): boolean {
  return process.env['NEXT_PHASE'] === 'phase-production-build'
}

function sharedCaches(): Shared {
  const holder = globalThis as { [SHARED]?: Shared }
  return (holder[SHARED] ??= new Map())
}
