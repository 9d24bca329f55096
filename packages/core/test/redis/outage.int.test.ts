import { describe, expect, test } from 'vitest'
import { freePort } from '@tiercache/redis-server'
import type { Cache, CacheOptions, Health, Invalidation } from '../../src/index.ts'
import { control, errorsOf, open, remembers, space } from './support/caches.ts'
import { Child } from './support/child.ts'
import { Proxy } from './support/proxy.ts'
import { OwnRedis, tell } from './support/servers.ts'
import { until, within } from './support/until.ts'

const DEADLINE_MS = 150
/** What a loaded machine may add. An operation that waits for a connection or a dead server takes far longer. */
const SLACK_MS = 350
const DELTA_MS = 1000
const RECOVERY_MS = 3000

interface Trouble {
  readonly name: string
  readonly args?: readonly string[]
  readonly begin: (scene: Scene) => unknown
  readonly end: (scene: Scene) => unknown
  /** Redis has lost everything meanwhile. */
  readonly forgets?: boolean
}

interface Scene {
  readonly redis: OwnRedis
  readonly proxy: Proxy
  readonly admin: ReturnType<typeof control>
}

/** Nothing at all works while these last. */
const outages: readonly Trouble[] = [
  { name: 'hangs', begin: ({ redis }) => redis.freeze(), end: ({ redis }) => redis.thaw() },
  {
    name: 'is dead and refuses connections',
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
    forgets: true,
  },
  {
    name: 'is slower than the deadline',
    begin: ({ proxy }) => (proxy.delayMs = 2 * DEADLINE_MS),
    end: ({ proxy }) => (proxy.delayMs = 0),
  },
  {
    name: 'is behind a black hole',
    begin: ({ proxy }) => (proxy.silent = true),
    end: ({ proxy }) => (proxy.silent = false),
  },
  {
    name: 'is behind a balancer that accepts connections and forgets them',
    begin: ({ proxy }) => {
      proxy.deaf = true
      proxy.cut()
    },
    end: async ({ proxy }) => {
      await until('connections are forgotten', () => proxy.forgotten > 2)
      proxy.deaf = false
    },
  },
  {
    name: 'has taken our rights away',
    begin: ({ admin }) => admin.call('ACL', 'SETUSER', 'default', '-@all', '+acl'),
    end: ({ admin }) => admin.call('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'loads its data',
    args: ['--enable-debug-command', 'yes', '--loading-process-events-interval-bytes', '1024'],
    begin: async ({ admin, redis }) => {
      await admin.call('DEBUG', 'POPULATE', '20000', 'filling', '10')
      await admin.config('SET', 'key-load-delay', '400')
      await admin.config('SET', 'save', '3600 1')
      const reloading = admin.call('DEBUG', 'RELOAD')
      reloading.catch(() => {})
      await until('it loads', () =>
        tell(redis.url, 'GET', 'x').then(
          () => false,
          (error: unknown) => String(error).includes('LOADING'),
        ),
      )
    },
    end: async ({ redis }) => {
      await until('it has loaded', () =>
        tell(redis.url, 'CONFIG', 'SET', 'key-load-delay', '0').then(
          () => true,
          () => false,
        ),
      )
    },
  },
]

const operations: Record<string, (cache: Cache) => Promise<unknown>> = {
  'get of a miss': cache => cache.get('miss'),
  'getEntry of a miss': cache => cache.getEntry('miss'),
  'getOrSet of a miss': cache => cache.getOrSet('loaded', () => 'value'),
  'getOrSet, fresh': cache => cache.getOrSet('fresh', () => 'value', { fresh: true }),
  'get of what memory has': cache => cache.get('k'),
  getMany: cache => cache.getMany(['many:1', 'many:2', 'k']),
  getOrSetMany: cache => cache.getOrSetMany(['bulk:1', 'bulk:2'], keys => keys),
  set: cache => cache.set('written', 1),
  setMany: cache =>
    cache.setMany([
      ['written:1', 1],
      ['written:2', 2],
    ]),
  delete: cache => cache.delete('deleted'),
  expire: cache => cache.expire('expired'),
  deleteByTag: cache => cache.deleteByTag('any'),
  deleteByPrefix: cache => cache.deleteByPrefix('any'),
  'clear of a namespace': cache => cache.namespace('other').clear(),
  'delete, strict': cache => cache.delete('strict', { strict: true }).catch((error: unknown) => error),
  health: cache => cache.health(),
  explain: cache => cache.explain('k'),
}

async function timed(run: () => Promise<unknown>): Promise<{ ms: number; result: unknown }> {
  const from = performance.now()
  const result = await run()
  return { ms: performance.now() - from, result }
}

/** Every operation ends in time and says what it must while Redis is away. */
async function allSettleInTime(cache: Cache): Promise<void> {
  const runs = Object.entries(operations).map(async ([name, run]) => ({
    name,
    ...(await timed(() => run(cache))),
  }))
  const times = await Promise.all(runs)
  expect(times.filter(({ ms }) => ms > DEADLINE_MS + SLACK_MS).map(({ name, ms }) => [name, ms])).toEqual([])
  const resultOf = (name: string): unknown => times.find(one => one.name === name)?.result
  expect(resultOf('getOrSet of a miss')).toBe('value')
  expect(resultOf('getOrSetMany')).toEqual(['bulk:1', 'bulk:2'])
  for (const name of ['set', 'setMany', 'delete', 'expire', 'deleteByTag', 'deleteByPrefix'])
    expect(resultOf(name), name).toMatchObject({ status: 'deferred' })
  expect(resultOf('delete, strict')).toMatchObject({ name: 'CacheError', code: 'E_REDIS' })
  expect(resultOf('health')).toMatchObject({ status: 'degraded' })
}

async function stage(trouble: Trouble): Promise<Scene & AsyncDisposable> {
  const redis = await OwnRedis.start(trouble.args)
  const proxy = await Proxy.to(redis.port)
  const admin = control(redis.url)
  await until('the control connection is up', () => admin.status === 'ready')
  return {
    redis,
    proxy,
    admin,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([redis, proxy, admin].map(one => one[Symbol.asyncDispose]()))
    },
  }
}

const optionsOf = ({ proxy }: Scene): CacheOptions & { namespace: string } => ({
  namespace: space(),
  redis: proxy.url,
  maxStaleness: DELTA_MS,
  timeouts: { redis: DEADLINE_MS, connect: 500 },
})

describe.each(outages)('while Redis $name', trouble => {
  test('nothing waits for it, invalidations are kept and replayed, and all is well again soon after', async () => {
    await using scene = await stage(trouble)
    const options = optionsOf(scene)
    await using a = await open(options)
    await using b = await open(options)
    const errors = errorsOf(a)
    const breaker: string[] = []
    a.on('breaker', ({ state }) => breaker.push(state))
    for (const key of ['k', 'deleted', 'tagged', 'under:1']) {
      await b.set(key, 'old', { tags: key === 'tagged' ? ['t'] : [] })
      await remembers(a, key, 'old')
    }

    await trouble.begin(scene)
    await allSettleInTime(a)
    await until('memory may not answer any more', () =>
      [a, b].every(cache => cache.stats().coherence === 'degraded'),
    )
    await allSettleInTime(a)
    expect(await a.get('k')).toBeUndefined()

    // What is invalidated meanwhile is obeyed here at once.
    const waiting: Invalidation[] = await Promise.all([
      a.delete('deleted'),
      a.deleteByTag('t'),
      a.deleteByPrefix('under'),
    ])
    expect(waiting.map(({ status }) => status)).toEqual(['deferred', 'deferred', 'deferred'])
    for (const key of ['deleted', 'tagged', 'under:1']) expect(await a.get(key)).toBeUndefined()
    expect(await a.getOrSet('deleted', () => 'new')).toBe('new')
    expect(a.stats().invalidations.deferred).toBeGreaterThan(0)

    // The breaker opens; from then on reads cost next to nothing.
    for (let i = 0; i < 30 && !breaker.includes('open'); i++) await a.get(`probe:${i}`)
    expect(breaker).toContain('open')
    const times: number[] = []
    for (let i = 0; i < 40; i++) times.push((await timed(() => a.get(`fast:${i}`))).ms)
    expect(times.toSorted((x, y) => x - y)[20]).toBeLessThan(5)

    await trouble.end(scene)
    const healedAt = performance.now()
    await within(RECOVERY_MS, 'the deferred', Promise.all(waiting.map(({ done }) => done)))
    await until('it is healthy', async () => {
      const { status, breaker: state, deferred } = await a.health()
      return status === 'healthy' && state === 'closed' && deferred === 0
    })
    expect((await a.set('recovered', 1)).status).toBe('committed')
    expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)

    // Nothing that was invalidated is lost, here or elsewhere.
    await until('the other is coherent', async () => (await b.health()).status === 'healthy')
    for (const key of ['deleted', 'tagged', 'under:1']) {
      await until('the other obeys', () => b.getSync(key) === undefined, DELTA_MS)
      expect(await b.get(key), key).toBeUndefined()
    }
    expect(await b.get('k')).toBe(trouble.forgets ? undefined : 'old')
    await using cold = await open({ ...options, memory: false })
    for (const key of ['deleted', 'tagged', 'under:1']) expect(await cold.get(key), key).toBeUndefined()
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThan(500)
    for (const { error } of errors) expect(error).toBeInstanceOf(Error)
  })
})

describe('connections that are killed hundreds of times', () => {
  test('the process lives, and is coherent again soon after', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const options = { namespace: space(), redis: redis.url, maxStaleness: DELTA_MS, connections: 3 }
    const children = await Promise.all(Array.from({ length: 3 }, () => Child.start(options)))
    try {
      const end = performance.now() + 2000
      for (let i = 0; performance.now() < end; i++) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        if (i % 3 === 0) await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        // Whatever is answered, it is answered.
        if (i % 10 === 0) await Promise.all(children.map(child => child.invalidate('delete', 'k')))
      }
      const healedAt = performance.now()
      for (const child of children)
        await until('it is healthy', async () => {
          const { status, deferred } = await child.call<Health>('health')
          return status === 'healthy' && deferred === 0
        })
      expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)
      const [first, second] = children
      await until('a write is stored', async () => {
        return (await first?.invalidate('set', 'k', 'new'))?.status === 'committed'
      })
      await until('the other has it', async () => (await second?.get('k')) === 'new')
    } finally {
      await Promise.all(children.map(child => child.kill()))
    }
  })
})

describe('deleteMatching', () => {
  test.each(['frozen', 'dead'] as const)('of a Redis that is %s rejects with E_REDIS in time', async how => {
    await using redis = await OwnRedis.start()
    await using cache = await open({ redis: redis.url })
    if (how === 'frozen') redis.freeze()
    else await redis.kill()
    const { ms, result } = await timed(() => cache.deleteMatching('a*').catch((error: unknown) => error))
    expect(result).toMatchObject({ name: 'CacheError', code: 'E_REDIS' })
    expect(ms).toBeLessThan(DEADLINE_MS + SLACK_MS)
  })
})

describe('memory', () => {
  test('answers for Δ while Redis is away, and not a moment longer', async () => {
    await using redis = await OwnRedis.start()
    await using cache = await open({ redis: redis.url, maxStaleness: DELTA_MS })
    await cache.set('k', 'old')
    redis.freeze()
    const from = performance.now()
    expect(await cache.get('k')).toBe('old')
    await until('it does not answer any more', () => cache.getSync('k') === undefined, 2 * DELTA_MS)
    expect(performance.now() - from).toBeLessThan(DELTA_MS + 100)
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  })

  test('serves a stale value, marked, where a grace allows it and the loader fails', async () => {
    await using redis = await OwnRedis.start()
    await using cache = await open({ redis: redis.url, maxStaleness: 300, grace: '1m' })
    await cache.set('k', 'old')
    redis.freeze()
    await until('memory may not answer any more', () => cache.getSync('k') === undefined, 2000)
    expect(await cache.getEntry('k')).toMatchObject({ value: 'old', stale: true })
    const failing = (): Promise<string> => Promise.reject(new Error('the database is away too'))
    expect(await cache.getOrSet('k', failing)).toBe('old')
    await cache.delete('k')
    await expect(cache.getOrSet('k', failing)).rejects.toThrow('the database is away too')
  })

  test('a thousand reads of one key while Redis is away load once', async () => {
    await using redis = await OwnRedis.start()
    await using cache = await open({ redis: redis.url })
    await redis.kill()
    let loads = 0
    const load = async (): Promise<number> => {
      await Promise.resolve()
      return ++loads
    }
    const found = await Promise.all(Array.from({ length: 1000 }, () => cache.getOrSet('k', load)))
    expect(new Set(found)).toEqual(new Set([1]))
    expect(loads).toBe(1)
  })
})

describe('a Redis that takes no writes', () => {
  test('because it is full: deletes work, values are loaded, and kept in memory only', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const options = { namespace: space(), redis: redis.url, maxStaleness: DELTA_MS }
    await using a = await open(options)
    await using b = await open(options)
    await a.setMany([
      ['deleted', 'old'],
      ['written', 'old'],
      ['kept', 'old'],
    ])
    await a.set('tagged', 'old', { tags: ['t'] })
    for (const key of ['deleted', 'written', 'kept', 'tagged']) await remembers(b, key, 'old')
    await admin.config('SET', 'maxmemory', '1')

    expect((await a.delete('deleted')).status).toBe('committed')
    expect((await a.deleteByTag('t')).status).toBe('committed')
    expect((await a.set('written', 'new')).status).toBe('committed')
    expect(await a.get('written')).toBe('new')
    for (const key of ['deleted', 'written', 'tagged']) {
      await until('the other obeys', () => b.getSync(key) === undefined, DELTA_MS)
      expect(await b.get(key)).toBeUndefined()
    }
    expect(await b.get('kept')).toBe('old')
    let loads = 0
    for (let i = 0; i < 20; i++) {
      const { ms, result } = await timed(() => a.getOrSet(`k${i}`, () => ++loads))
      expect(result).toBe(i + 1)
      expect(ms).toBeLessThan(DEADLINE_MS + SLACK_MS)
    }
    expect(a.getSync('k19')).toBe(20)
    await until('both are coherent', async () => (await a.health()).status === 'healthy')

    await admin.config('SET', 'maxmemory', '0')
    await until(
      'values are stored again',
      async () => {
        const key = `again:${performance.now()}`
        await a.getOrSet(key, () => 'stored')
        await a.idle()
        return (await b.get(key)) === 'stored'
      },
      RECOVERY_MS,
    )
  })

  test('because it became a replica: nothing it answers is served as fresh for longer than Δ, and deletes wait', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const options = { namespace: space(), redis: redis.url, maxStaleness: DELTA_MS }
    await using a = await open(options)
    await using b = await open({ ...options, memory: false })
    await a.set('k', 'old')
    expect(await b.get('k')).toBe('old')
    await admin.replicaof('127.0.0.1', await freePort())
    const from = performance.now()
    const { status, done } = await a.delete('k')
    expect(status).toBe('deferred')
    expect(await a.get('k')).toBeUndefined()
    await until(
      'the other does not serve it either',
      async () => (await b.get('k')) === undefined,
      2 * DELTA_MS,
    )
    expect(performance.now() - from).toBeLessThan(DELTA_MS + SLACK_MS)
    expect((await timed(() => b.getOrSet('k', () => 'new'))).result).toBe('new')

    await admin.replicaof('NO', 'ONE')
    const healedAt = performance.now()
    await within(RECOVERY_MS, 'the deferred', done)
    expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)
    await until('the other is coherent', async () => (await b.health()).status === 'healthy')
    expect(await b.get('k')).not.toBe('old')
  })
})

describe('a process that starts while Redis is away', () => {
  test.each(['frozen', 'dead'] as const)('%s: it works at once, and finds Redis when it comes', async how => {
    await using redis = await OwnRedis.start()
    if (how === 'frozen') redis.freeze()
    else await redis.kill()
    const options = { namespace: space(), redis: redis.url, timeouts: { redis: DEADLINE_MS, connect: 300 } }
    const { ms, result } = await timed(() => open(options))
    await using cache = result as Cache
    expect(ms).toBeLessThan(300 + DEADLINE_MS + SLACK_MS)
    const loaded = await timed(() => cache.getOrSet('k', () => 'loaded'))
    expect(loaded.result).toBe('loaded')
    expect(loaded.ms).toBeLessThan(2 * DEADLINE_MS + SLACK_MS)
    const { status, done } = await cache.delete('k')
    expect(status).toBe('deferred')
    if (how === 'frozen') redis.thaw()
    else await redis.restart()
    const healedAt = performance.now()
    await within(RECOVERY_MS, 'the deferred', done)
    expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)
    await until('it is healthy', async () => (await cache.health()).status === 'healthy')
    expect((await cache.set('k', 1)).status).toBe('committed')
  })
})
