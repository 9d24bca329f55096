import { type CacheOptions, type CallOptions, createCache, type EntryView } from '@tiercache/core'
import type { Answer, Contender, Hooks, Instance, Life, Row, Setting, Target } from './contender.ts'

/** Share of a short life after which a value is loaded anew behind its readers. */
const AHEAD = 0.6
const NOTHING: Answer = { value: undefined, stale: false, tier: undefined }

/** tiercache, with the options that an application would give it, but a shorter Δ. */
export const contender: Contender = {
  name: 'tiercache',
  about: '@tiercache/core, this repository, default options but for Δ',
  module: import.meta.url,
  supports: [
    'getMany',
    'getOrSetMany',
    'deleteByTag',
    'deleteByPrefix',
    'clear',
    'expire',
    'expireByTag',
    'counts',
  ],
  start,
}

async function start(setting: Setting, hooks: Hooks): Promise<Instance> {
  const { namespace, deltaMs, hardMs, memory } = setting
  const cache = createCache({
    namespace,
    redis: redisOf(setting.target),
    maxStaleness: deltaMs,
    timeouts: { hard: hardMs },
    ...(!memory && { memory }),
  })
  const heard = { replayed: 0, degraded: 0, opened: 0, errors: 0 }
  cache.on('error', () => heard.errors++)
  cache.on('replayed', ({ count }) => (heard.replayed += count))
  cache.on('breaker', ({ state }) => (heard.opened += Number(state === 'open')))
  cache.on('coherence', ({ state }) => (heard.degraded += Number(state === 'degraded')))
  cache.on('invalidate', ({ remote, keys, tags, prefixes }) => {
    if (remote) hooks.onHeard([...keys, ...tags, ...prefixes])
  })
  await cache.ready()
  const load = (key: string): Promise<Row | undefined> => hooks.load(key)
  return {
    get: async key => answerOf(await cache.getEntry<Row>(key)),
    getOrSet: async (key, life) => {
      const entry = await cache.getOrSetEntry(key, () => load(key), optionsOf(life))
      return answerOf(entry as EntryView<Row> | undefined)
    },
    getMany: async keys => (await cache.getMany<Row>(keys)).map(freshOf),
    getOrSetMany: async (keys, life) => {
      const rows = await cache.getOrSetMany(
        keys,
        missing => Promise.all(missing.map(key => load(key))),
        optionsOf(life),
      )
      return rows.map(freshOf)
    },
    set: (rows, life) =>
      cache.setMany(
        rows.map(row => [row.key, row]),
        { tags: life.tags, ttl: life.ttlMs, grace: life.graceMs },
      ),
    delete: keys => cache.deleteMany(keys),
    deleteByTag: tag => cache.deleteByTag(tag),
    deleteByPrefix: prefix => cache.deleteByPrefix(prefix),
    clear: () => cache.clear(),
    expire: keys => cache.expire(keys),
    expireByTag: tag => cache.expireByTag(tag),
    counts: () => {
      const { fenced, staleServed, refreshes, invalidations } = cache.stats()
      return Promise.resolve({ ...heard, fenced, staleServed, refreshes, received: invalidations.received })
    },
    close: () => cache.close({ timeout: '300ms' }),
  }
}

function optionsOf({ tags, ttlMs, graceMs }: Life): CallOptions<Row | undefined> {
  return { tags, ttl: ttlMs, ...(graceMs > 0 && { grace: graceMs, swr: true, refreshAhead: AHEAD }) }
}

function answerOf(entry: EntryView<Row> | undefined): Answer {
  return entry === undefined ? NOTHING : { value: entry.value, stale: entry.stale, tier: entry.tier }
}

function freshOf(value: Row | undefined): Answer {
  return { value, stale: false, tier: undefined }
}

function redisOf(target: Target): NonNullable<Exclude<CacheOptions['redis'], false>> {
  switch (target.kind) {
    case 'server':
      return target.ca === undefined ? target.url : { url: target.url, tls: { ca: target.ca } }
    case 'sentinel':
      return { sentinels: [...target.sentinels], name: target.name, natMap: { ...target.natMap } }
    case 'cluster':
      return { cluster: target.nodes, options: { natMap: { ...target.natMap } } }
  }
}
