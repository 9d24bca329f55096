import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { addressOf, type Setup, type Subject, TTL_MS } from '../../src/subjects/subject.ts'

/** What differs from the setup of its documentation. */
export interface Setting {
  /** Whether memory holds values as text. */
  readonly serialize?: boolean
  readonly enableAutoPipelining?: boolean
}

/** BentoCache: memory, Redis, or both with its bus, as its page on multi-tier caching has them. */
export async function openBentoCache(setup: Setup, setting: Setting = {}): Promise<Subject> {
  const { load } = setup
  const cache = new BentoCache({
    default: 'cache',
    prefix: setup.namespace,
    ttl: TTL_MS,
    stores: { cache: storeOf(setup, setting) },
  })
  return {
    getOrSet: key => cache.getOrSet({ key, factory: () => load(key) }),
    get: key => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
    delete: key => cache.delete({ key }),
    setTagged: (key, value, tags) => cache.set({ key, value, tags }),
    deleteByTag: tag => cache.deleteByTag({ tags: [tag] }),
  }
}

function storeOf(
  setup: Setup,
  { serialize = true, enableAutoPipelining = false }: Setting,
): ReturnType<typeof bentostore> {
  const memory = memoryDriver({ maxItems: setup.maxEntries, serialize })
  if (setup.tiers === 'memory') return bentostore().useL1Layer(memory)
  const connection = { ...addressOf(setup), enableAutoPipelining }
  const redis = redisDriver({ connection })
  if (setup.tiers === 'redis') return bentostore().useL2Layer(redis)
  return bentostore().useL1Layer(memory).useL2Layer(redis).useBus(redisBusDriver({ connection }))
}
