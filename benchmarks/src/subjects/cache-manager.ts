import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { CacheableMemory, createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { type Setup, type Subject, TTL_MS } from './subject.ts'

/** What differs from the setup of its README. */
export interface Setting {
  /** Whether memory hands out copies. */
  readonly useClone?: boolean
}

/** cache-manager with CacheableMemory in front of KeyvRedis. It has no bus: other processes keep what they have in memory. */
export async function openCacheManager(
  { tiers, redisUrl, namespace, maxEntries, load }: Setup,
  { useClone = true }: Setting = {},
): Promise<Subject> {
  const memory = useClone
    ? new Keyv({ store: new CacheableMemory({ lruSize: maxEntries }) })
    : createKeyv({ useClone, lruSize: maxEntries })
  const stores = [
    ...(tiers === 'redis' ? [] : [memory]),
    ...(tiers === 'memory' ? [] : [new Keyv({ store: new KeyvRedis(redisUrl), namespace })]),
  ]
  const cache = createCache({ stores, ttl: TTL_MS })
  return {
    getOrSet: key => cache.wrap(key, () => load(key)),
    get: key => cache.get(key),
    getMany: keys => cache.mget(keys),
    set: (key, value) => cache.set(key, value),
    setMany: entries => cache.mset(entries.map(([key, value]) => ({ key, value }))),
    delete: key => cache.del(key),
  }
}
