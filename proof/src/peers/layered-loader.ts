import { Redis } from 'ioredis'
import { createNotificationPair, enrichRedisConfig, Loader, RedisCache } from 'layered-loader'
import type { Answer, Contender, Hooks, Instance, Row, Setting, Written } from '../real/contender.ts'
import { GROUPS, groupOf } from '../real/keys.ts'
import { addressOf } from './address.ts'
import { within } from './deadline.ts'
import { withPatience } from './patience.ts'

const COMMITTED: Written = { status: 'committed', done: Promise.resolve() }
const quiet = { error: (): void => {}, info: (): void => {}, warn: (): void => {}, debug: (): void => {} }

/** One loader, and the part of Redis that is its own. */
interface Part {
  readonly loader: Loader<Row>
  readonly redis: RedisCache<Row>
}

/** layered-loader: a Loader with memory, RedisCache and Redis notifications, as its README has them, one for each ttl. */
export const contender: Contender = {
  name: 'layered-loader',
  about:
    'Loader with inMemoryCache, RedisCache and createNotificationPair, as its README has them; a ttl belongs to a loader, so there is one for each; it knows no tags, so keys are deleted by name',
  module: import.meta.url,
  supports: ['getOrSetMany', 'clear'],
  start: async (setting, hooks) => withPatience(await start(setting, hooks)),
}

async function start(setting: Setting, hooks: Hooks): Promise<Instance> {
  const { host, port } = addressOf(setting)
  const clients = Array.from({ length: 3 }, () => new Redis(enrichRedisConfig({ host, port })))
  for (const client of clients) client.on('error', () => {})
  const parts = new Map<number, Part>()
  for (const { ttlMs } of Object.values(GROUPS))
    if (!parts.has(ttlMs)) parts.set(ttlMs, partOf(ttlMs, clients, setting, hooks))
  const partFor = (key: string): Part => {
    const part = parts.get(groupOf(key).ttlMs)
    if (part === undefined) throw new Error(`layered-loader: no loader for ${key}`)
    return part
  }
  await Promise.all([...parts.values()].map(({ loader }) => loader.init()))
  return {
    get: async key => {
      const { loader, redis } = partFor(key)
      return answerOf(loader.getInMemoryOnly(key) ?? (await redis.get(key)))
    },
    getOrSet: async key => answerOf(await partFor(key).loader.get(key)),
    getOrSetMany: async keys => {
      const [first = ''] = keys
      const rows = new Map((await partFor(first).loader.getMany([...keys])).map(row => [row.key, row]))
      return keys.map(key => answerOf(rows.get(key)))
    },
    set: async rows => {
      for (const row of rows) await partFor(row.key).loader.forceSetValue(row.key, row)
      return COMMITTED
    },
    delete: async keys => {
      for (const [part, some] of Map.groupBy(keys, partFor)) await part.loader.invalidateCacheForMany(some)
      return COMMITTED
    },
    clear: async () => {
      for (const { loader } of parts.values()) await loader.invalidateCache()
      return COMMITTED
    },
    close: () => {
      for (const client of clients) client.disconnect()
      return Promise.resolve()
    },
  }
}

function partOf(ttlInMsecs: number, clients: readonly Redis[], setting: Setting, hooks: Hooks): Part {
  const [cacheRedis, publisherRedis, consumerRedis] = clients as [Redis, Redis, Redis]
  const name = `${setting.namespace}:${ttlInMsecs}`
  const redis = new RedisCache<Row>(cacheRedis, { json: true, prefix: name, ttlInMsecs })
  const load = (key: string): Promise<Row | undefined> => within(setting.hardMs, hooks.load(key))
  const loader = new Loader<Row>({
    logger: quiet,
    asyncCache: redis,
    dataSourceGetOneFn: load,
    dataSourceGetManyFn: async keys => (await Promise.all(keys.map(load))).filter(row => row !== undefined),
    cacheKeyFromValueResolver: row => row.key,
    ...(setting.memory && { inMemoryCache: { ttlInMsecs, maxItems: 10_000 }, ...notifications() }),
  })
  return { loader, redis }

  function notifications() {
    const { publisher, consumer } = createNotificationPair<Row>({
      channel: name,
      publisherRedis,
      consumerRedis,
      errorHandler: () => {},
    })
    return { notificationPublisher: publisher, notificationConsumer: consumer }
  }
}

function answerOf(value: Row | undefined | null): Answer {
  return { value: value ?? undefined, stale: false, tier: undefined }
}
