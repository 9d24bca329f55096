import { type Cache, type CacheOptions, createCache } from '@tiercache/core'
import { committed } from '../data.ts'
import type { Setup, Subject } from './subject.ts'

/** tiercache, with the options its documentation begins with. */
export async function openTiercache(setup: Setup): Promise<Subject> {
  return subjectOf(await cacheOf(setup), setup)
}

/**
 * The same, waiting for Redis for as long as the other caches do, which know no deadline: on a busy machine an answer may take longer
 * than a service should wait, and a miss would be measured for a hit.
 */
export async function openPatient(setup: Setup): Promise<Subject> {
  return subjectOf(await cacheOf(setup, PATIENT), setup)
}

/** The options of `openPatient`. */
export const PATIENT: CacheOptions = { timeouts: { redis: '5s' }, maxStaleness: '10s' }

function subjectOf(cache: Cache, { load }: Setup): Subject {
  return {
    getOrSet: key => cache.getOrSet(key, () => load(key)),
    get: key => cache.get(key),
    getSync: key => cache.getSync(key),
    getMany: keys => cache.getMany(keys),
    set: (key, value) => committed(() => cache.set(key, value)),
    setMany: entries => committed(() => cache.setMany(entries)),
    delete: key => cache.delete(key),
    setTagged: (key, value, tags) => committed(() => cache.set(key, value, { tags })),
    deleteByTag: tag => cache.deleteByTag(tag),
    idle: () => cache.idle(),
    close: () => cache.close(),
  }
}

async function cacheOf(
  { tiers, redisUrl, namespace, maxEntries }: Setup,
  options: CacheOptions = {},
): Promise<Cache> {
  const cache = createCache({
    namespace,
    ttl: '1h',
    redis: tiers !== 'memory' && redisUrl,
    memory: tiers !== 'redis' && { maxEntries, maxBytes: '4gb' },
    ...options,
  })
  cache.on('error', () => {}) // some suites stop Redis
  await cache.ready()
  return cache
}
