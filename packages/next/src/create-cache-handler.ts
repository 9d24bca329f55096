import type { UseCacheEntry, UseCacheHandler } from './next-types.ts'
import { type NextCacheOptions, processCache } from './process-cache.ts'
import { bytesOf, streamOf } from './streams.ts'
import { coreTags, judge } from './tag-times.ts'
import { warn } from './warn.ts'

/** A result with its bytes, as it is stored. */
interface Stored extends Omit<UseCacheEntry, 'value'> {
  readonly bytes: Uint8Array
}

const DEFAULT_MOST_BYTES = 8 * 1024 * 1024
const LONGEST_S = 365 * 24 * 3600
/** As `revalidate`: Next.js serves the result and makes a new one behind it. */
const STALE = -1

/**
 * A handler for `cacheHandlers`: the results of `'use cache'` in memory and Redis, shared by the instances of a site.
 *
 * What `revalidateTag`, `updateTag` and `revalidatePath` invalidate on one instance no other serves more than Δ (`maxStaleness`) later.
 * A result is stored when its stream has ended well, in full. Trouble in Redis never reaches a page: it costs `timeouts.redis` at most,
 * and what memory has is served as stale meanwhile. Throws `CacheError` for options that are not valid.
 */
export function createCacheHandler(options: NextCacheOptions = {}): UseCacheHandler {
  const { cache, times, pending, now } = processCache(options)
  // Any grace lets a value that was expired by tag be found as stale until its ttl ends.
  const entries = cache.namespace('use-cache', { jitter: 0, grace: 1 })
  const most = options.maxEntryBytes ?? DEFAULT_MOST_BYTES

  async function get(cacheKey: string, softTags: readonly string[] = []): Promise<UseCacheEntry | undefined> {
    await pending.get(cacheKey)
    // Side by side, so that a Redis that hangs costs its deadline once.
    const [found, soft] = await Promise.all([entries.getEntry<Stored>(cacheKey), times.of(softTags)])
    if (found === undefined) return undefined
    const { bytes, ...entry } = found.value
    const verdict = judge([...soft, ...(await times.of(entry.tags))], entry.timestamp, now())
    if (verdict === 'expired') return undefined
    const stale = found.stale || verdict === 'stale'
    return {
      ...entry,
      tags: [...entry.tags],
      ...(stale && { revalidate: STALE }),
      value: streamOf(bytes),
    }
  }

  async function set(cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void> {
    const { value: stream, ...entry } = await pendingEntry
    const ttl = Math.floor(entry.timestamp + Math.min(entry.expire, LONGEST_S) * 1000 - now())
    if (ttl < 1) return stream.cancel()
    const bytes = await bytesOf(stream, most)
    if (bytes === undefined) return warn(`a result of more than ${most} bytes is not stored`)
    await entries.set<Stored>(cacheKey, { ...entry, bytes }, { ttl, tags: coreTags(entry.tags) })
  }

  return {
    get: (cacheKey, softTags) => get(cacheKey, softTags).catch(() => undefined),
    async set(cacheKey, pendingEntry) {
      const { promise, resolve } = Promise.withResolvers<void>()
      pending.set(cacheKey, promise)
      // A result whose making fails, or whose stream breaks off, is not stored; Next.js tells of the error itself.
      await set(cacheKey, pendingEntry).catch(() => {})
      resolve()
      if (pending.get(cacheKey) === promise) pending.delete(cacheKey)
    },
    // Core's log is followed all the time.
    refreshTags: () => Promise.resolve(),
    // What cannot be found out has to be taken for invalidated.
    getExpiration: tags => times.expiration(tags).catch(() => now()),
    updateTags: (tags, durations) => times.update(tags, durations).catch(warn),
  }
}
