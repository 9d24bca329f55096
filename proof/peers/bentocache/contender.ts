import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import type {
  Answer,
  Contender,
  Hooks,
  Instance,
  Life,
  Row,
  Setting,
  Written,
} from '../../src/real/contender.ts'
import { addressOf } from '../../src/peers/address.ts'
import { withPatience } from '../../src/peers/patience.ts'

const COMMITTED: Written = { status: 'committed', done: Promise.resolve() }

/** BentoCache in the multi-tier setup of its documentation: memory, Redis, and its bus on Redis. */
export const contender: Contender = {
  name: 'BentoCache',
  about:
    'memoryDriver, redisDriver and redisBusDriver as its page on multi-tier caching has them; no grace, since its answers do not say when they are stale',
  module: import.meta.url,
  supports: ['deleteByTag', 'clear'],
  start: (setting, hooks) => Promise.resolve(withPatience(start(setting, hooks))),
}

function start(setting: Setting, hooks: Hooks): Instance {
  const { host, port } = addressOf(setting)
  const connection = { host, port }
  const redis = redisDriver({ connection })
  const store = setting.memory
    ? bentostore()
        .useL1Layer(memoryDriver({ maxSize: '10mb' }))
        .useL2Layer(redis)
        .useBus(redisBusDriver({ connection }))
    : bentostore().useL2Layer(redis)
  const cache = new BentoCache({
    default: 'cache',
    prefix: setting.namespace,
    hardTimeout: setting.hardMs,
    stores: { cache: store },
  })
  const load = async (key: string): Promise<Row | undefined> => await hooks.load(key)
  return {
    get: async key => answerOf(await cache.get<Row | undefined>({ key })),
    getOrSet: async (key, life) =>
      answerOf(await cache.getOrSet<Row | undefined>({ key, factory: () => load(key), ...lifeOf(life) })),
    set: async (rows, life) => {
      for (const row of rows) await cache.set({ key: row.key, value: row, ...lifeOf(life) })
      return COMMITTED
    },
    delete: async ([key, ...others]) => {
      if (key === undefined) return COMMITTED
      if (others.length === 0) await cache.delete({ key })
      else await cache.deleteMany({ keys: [key, ...others] })
      return COMMITTED
    },
    deleteByTag: async tag => {
      await cache.deleteByTag({ tags: [tag] })
      return COMMITTED
    },
    clear: async () => {
      await cache.clear()
      return COMMITTED
    },
    // It waits for QUIT to be answered, which a run that is over need not.
    close: () => {
      cache.disconnectAll().catch(() => {})
      return Promise.resolve()
    },
  }
}

function lifeOf({ tags, ttlMs }: Life): { tags: string[]; ttl: number } {
  return { tags: [...tags], ttl: ttlMs }
}

function answerOf(value: Row | undefined | null): Answer {
  return { value: value ?? undefined, stale: false, tier: undefined }
}
