import KeyvRedis from '@keyv/redis'
import { RedisMessageProvider } from '@qified/redis'
import { Cacheable } from 'cacheable'
import type { Answer, Contender, Hooks, Instance, Life, Row, Setting, Written } from '../real/contender.ts'
import { addressOf } from './address.ts'
import { within } from './deadline.ts'
import { withPatience } from './patience.ts'

const COMMITTED: Written = { status: 'committed', done: Promise.resolve() }

/**
 * cacheable with Redis as its secondary store and CacheableSync on Redis, as its README has them. Its `getOrSet` takes no tags and its
 * sync does not know `clear`, so both are done by key, which it does better.
 */
export const contender: Contender = {
  name: 'cacheable',
  about:
    'KeyvRedis as secondary and sync by RedisMessageProvider, as its README has them, in its default mode, in which a read waits for Redis; tags and clear are done key by key, since getOrSet takes no tags and the sync does not know clear',
  module: import.meta.url,
  supports: ['getMany', 'counts'],
  start: (setting, hooks) => Promise.resolve(withPatience(start(setting, hooks))),
}

function start(setting: Setting, hooks: Hooks): Instance {
  const { url } = addressOf(setting)
  const { namespace } = setting
  const provider = new RedisMessageProvider({ uri: url })
  const fatal = listen(provider)
  const secondary = new KeyvRedis(url)
  const cache = new Cacheable({ secondary, namespace, ...(setting.memory && { sync: { qified: provider } }) })
  cache.on('error', () => {})
  return {
    get: async key => answerOf(await cache.get<Row>(key)),
    getOrSet: async (key, { ttlMs }) => {
      const load = (): Promise<Row | undefined> => within(setting.hardMs, hooks.load(key))
      return answerOf(await cache.getOrSet(key, load, { ttl: ttlMs, throwErrors: 'function' }))
    },
    getMany: async keys => (await cache.getMany<Row>([...keys])).map(answerOf),
    set: async (rows, life) => {
      for (const row of rows) await store(cache, row, life)
      return COMMITTED
    },
    delete: async ([key, ...others]) => {
      if (key === undefined) return COMMITTED
      if (others.length === 0) await cache.delete(key)
      else await cache.deleteMany([key, ...others])
      return COMMITTED
    },
    counts: () => Promise.resolve({ fatal: fatal() }),
    close: () => {
      cache.disconnect().catch(() => {})
      return Promise.resolve()
    },
  }
}

/** It says by `false` that it could not. */
async function store(cache: Cacheable, row: Row, { ttlMs }: Life): Promise<void> {
  if (!(await cache.set(row.key, row, ttlMs))) throw new Error(`cacheable did not set ${row.key}`)
}

/**
 * Hears the errors of the bus's two clients, which nothing else does: where nobody listens, Node ends the process, and a client that was
 * thrown out of in the middle is of no use. So the run goes on, and what would have ended it is counted.
 */
function listen(provider: RedisMessageProvider): () => number {
  let heard = 0
  for (const name of ['pub', 'sub']) {
    const client = Reflect.get(provider, name) as NodeJS.EventEmitter
    client.on('error', () => {
      if (client.listenerCount('error') === 1) heard++
    })
  }
  return () => heard
}

function answerOf(value: Row | undefined): Answer {
  return { value, stale: false, tier: undefined }
}
