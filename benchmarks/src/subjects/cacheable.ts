import KeyvRedis from '@keyv/redis'
import { RedisMessageProvider } from '@qified/redis'
import { Cacheable, createKeyv } from 'cacheable'
import { type Setup, type Subject, TTL_MS } from './subject.ts'

/** What differs from the setup of its README. */
export interface Setting {
  /** Whether memory hands out copies. */
  readonly useClone?: boolean
}

/**
 * cacheable with Redis as its secondary store and CacheableSync on Redis. It cannot be without memory: `redis` is memory for a single
 * entry, without the sync.
 */
export async function openCacheable(
  { tiers, redisUrl, namespace, maxEntries, load }: Setup,
  { useClone = true }: Setting = {},
): Promise<Subject> {
  const cache = new Cacheable({
    namespace,
    ttl: TTL_MS,
    primary: createKeyv({ useClone, lruSize: tiers === 'redis' ? 1 : maxEntries }),
    ...(tiers !== 'memory' && { secondary: new KeyvRedis(redisUrl) }),
    ...(tiers === 'both' && { sync: { qified: new RedisMessageProvider({ uri: redisUrl }) } }),
  })
  cache.on('error', () => {})
  return {
    getOrSet: key => cache.getOrSet(key, () => load(key)),
    get: key => cache.get(key),
    getMany: keys => cache.getMany(keys),
    set: (key, value) => cache.set(key, value),
    setMany: entries => cache.setMany(entries.map(([key, value]) => ({ key, value }))),
    delete: key => cache.delete(key),
  }
}
