import { createCache } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { addressOf, type Setup, type Subject, TTL_MS } from './subject.ts'

/** What differs from the setup of its README. */
export interface Setting {
  readonly enableAutoPipelining?: boolean
}

/** async-cache-dedupe on one of its storages: it has no second tier. Tags are its references. */
export async function openAsyncCacheDedupe(
  setup: Setup,
  { enableAutoPipelining = false }: Setting = {},
): Promise<Subject> {
  const { tiers, namespace, maxEntries, load } = setup
  const storage =
    tiers === 'memory'
      ? ({ type: 'memory', options: { size: maxEntries, invalidation: true } } as const)
      : ({
          type: 'redis',
          options: { client: new Redis({ ...addressOf(setup), enableAutoPipelining }), invalidation: true },
        } as const)
  const ttl = TTL_MS / 1000
  const cache = createCache({ storage, ttl }).define(namespace, load)
  const read = cache[namespace] as (key: string) => Promise<unknown>
  const stored = (key: string): string => `${namespace}~${key}`
  return {
    getOrSet: key => read(key),
    get: key => cache.get(namespace, stored(key)),
    set: (key, value) => cache.set(namespace, stored(key), value, ttl),
    delete: key => cache.clear(namespace, key),
    setTagged: (key, value, tags) => cache.set(namespace, stored(key), value, ttl, tags),
    deleteByTag: tag => cache.invalidateAll([tag]),
  }
}
