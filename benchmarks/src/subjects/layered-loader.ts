import { Redis } from 'ioredis'
import { createNotificationPair, Loader, RedisCache } from 'layered-loader'
import { addressOf, type Setup, type Subject, TTL_MS } from './subject.ts'

/** What differs from the setup of its README. */
export interface Setting {
  readonly cacheType?: 'lru-object' | 'fifo-object'
  readonly enableAutoPipelining?: boolean
}

const quiet = { error: (): void => {}, info: (): void => {}, warn: (): void => {}, debug: (): void => {} }

/** layered-loader: a Loader with memory, RedisCache and Redis notifications, or one of the first two. */
export async function openLayeredLoader(setup: Setup, setting: Setting = {}): Promise<Subject> {
  const { tiers, load } = setup
  const { cacheType = 'lru-object', enableAutoPipelining = false } = setting
  const connect = (): Redis => new Redis({ ...addressOf(setup), enableAutoPipelining })
  const inMemoryCache = { ttlInMsecs: TTL_MS, maxItems: setup.maxEntries, cacheType }
  const redis =
    tiers === 'memory'
      ? undefined
      : new RedisCache<unknown>(connect(), { json: true, prefix: setup.namespace, ttlInMsecs: TTL_MS })
  const loader = new Loader<unknown>({
    logger: quiet,
    dataSourceGetOneFn: load,
    dataSourceGetManyFn: keys => Promise.all(keys.map(load)),
    cacheKeyFromValueResolver: () => '',
    ...(tiers !== 'redis' && { inMemoryCache }),
    ...(redis !== undefined && { asyncCache: redis }),
    ...(tiers === 'both' && notifications(setup.namespace, connect)),
  })
  await loader.init()
  return {
    getOrSet: key => loader.get(key),
    // Its own `get` loads.
    get: async key => loader.getInMemoryOnly(key) ?? (await redis?.get(key)),
    ...(tiers !== 'redis' && { getSync: (key: string) => loader.getInMemoryOnly(key) }),
    getMany: keys => loader.getMany(keys),
    set: (key, value) => loader.forceSetValue(key, value),
    delete: key => loader.invalidateCacheFor(key),
  }
}

function notifications(channel: string, connect: () => Redis): object {
  const { publisher, consumer } = createNotificationPair({
    channel,
    publisherRedis: connect(),
    consumerRedis: connect(),
    errorHandler: () => {},
  })
  return { notificationPublisher: publisher, notificationConsumer: consumer }
}
