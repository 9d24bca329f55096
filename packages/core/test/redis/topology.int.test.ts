import { type RedisCluster, type RedisSentinel, startCluster, startSentinel } from '@tiercache/redis-server'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CacheOptions, createCache } from '../../src/index.ts'
import { control, errorsOf, open, remembers, space } from './support/caches.ts'
import { allow, CLUSTER_COMMANDS, COMMANDS, PASSWORD, refused } from './support/permissions.ts'
import { until, within } from './support/until.ts'

let sentinel: RedisSentinel
let cluster: RedisCluster
beforeAll(async () => {
  ;[sentinel, cluster] = await Promise.all([startSentinel(), startCluster(3)])
})
afterAll(async () => {
  await Promise.all([sentinel.stop(), cluster.stop()])
})

describe('Sentinel', () => {
  test('an instance follows the primary through a failover, and nothing invalidated comes back', async () => {
    const sentinels = sentinel.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
    const options: CacheOptions = {
      namespace: space(),
      redis: { sentinels, name: sentinel.name },
      maxStaleness: 1000,
    }
    await using a = await open(options)
    await using b = await open(options)
    const errors = errorsOf(a)
    errorsOf(b)
    await a.set('kept', 'old')
    await a.set('deleted', 'old')
    await a.set('tagged', 'old', { tags: ['t'] })
    for (const key of ['kept', 'deleted', 'tagged']) await remembers(b, key, 'old')
    await until('the replica has it', async () => {
      await using replica = control(sentinel.replica.url)
      return (await replica.dbsize()) >= 4
    })
    expect((await a.delete('deleted')).status).toBe('committed')

    await sentinel.master.stop()
    const { status, done } = await a.deleteByTag('t')
    expect(status).toBe('deferred')
    expect(await a.get('tagged')).toBeUndefined()
    expect(await a.getOrSet('loaded', () => 'without Redis')).toBe('without Redis')

    await within(12_000, 'the failover', done)
    await until(
      'both are healthy',
      async () => {
        const healths = await Promise.all([a.health(), b.health()])
        return healths.every(({ status: state }) => state === 'healthy')
      },
      6000,
    )
    for (const cache of [a, b]) {
      // What was written last is said again if the new primary may not have it: then it is gone, never older.
      expect(['old', undefined]).toContain(await cache.get('kept'))
      for (const key of ['deleted', 'tagged']) {
        await until('it obeys', () => cache.getSync(key) === undefined, 1000)
        expect(await cache.get(key)).toBeUndefined()
      }
    }
    expect((await a.set('new', 1)).status).toBe('committed')
    expect(await b.get('new')).toBe(1)
    expect(errors.length).toBeGreaterThan(0)
  })
})

describe('Cluster of three masters', () => {
  const nodes = (): { host: string; port: number }[] =>
    cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  const options = (): CacheOptions & { namespace: string } => ({
    namespace: space(),
    redis: { cluster: nodes() },
    maxStaleness: 1000,
  })
  const keys = Array.from({ length: 120 }, (_, i) => `user:${i}`)

  /** How many value keys each master has. */
  async function spread(namespace: string): Promise<number[]> {
    return await Promise.all(
      cluster.nodes.map(async ({ url }) => {
        await using node = control(url)
        await until('it is connected', () => node.status === 'ready')
        return (await node.keys(`{${namespace}:*}:v:*`)).length
      }),
    )
  }

  test('once ready, it follows every partition; and who does not wait for that is served too', async () => {
    for (let round = 0; round < 4; round++) {
      await using ready = await open(options())
      expect(ready.stats().coherence).toBe('coherent')
      expect((await ready.setMany(keys.map(key => [key, round]))).status).toBe('committed')
      await using early = createCache(options())
      expect((await early.setMany(keys.map(key => [key, round]))).status).toBe('committed')
      expect(await early.getMany(keys)).toEqual(keys.map(() => round))
    }
  })

  test('keys spread over all masters, and every instance finds them', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    const errors = [errorsOf(a), errorsOf(b)]
    const { status } = await a.setMany(keys.map((key, i) => [key, i]))
    expect(status).toBe('committed')
    for (const count of await spread(own.namespace)) expect(count).toBeGreaterThan(10)
    expect(await b.getMany(keys)).toEqual(keys.map((_, i) => i))
    expect(await b.getMany(keys.toReversed())).toEqual(keys.map((_, i) => keys.length - 1 - i))
    expect(errors.flat()).toEqual([])
    expect(await a.health()).toMatchObject({ status: 'healthy' })
  })

  test('a tag, a prefix and clear cover all partitions, on every instance', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    for (const invalidate of [
      () => a.deleteByTag('t'),
      () => a.deleteByPrefix('user'),
      () => b.clear(),
      () => a.deleteMany(keys),
      () => b.expireByTag(['t', 'other']),
    ]) {
      await a.setMany(
        keys.map(key => [key, 'old']),
        { tags: ['t'] },
      )
      await until('the other has all in memory', async () => {
        await b.getMany(keys)
        return keys.every(key => b.getSync(key) === 'old')
      })
      expect((await invalidate()).status).toBe('committed')
      for (const cache of [a, b]) {
        await until('it obeys', () => keys.every(key => cache.getSync(key) === undefined), 1000)
        expect(new Set(await cache.getMany(keys))).toEqual(new Set([undefined]))
      }
    }
  })

  test('a delete during a load wins on every partition', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    const row = Promise.withResolvers<void>()
    const loading = a.getOrSetMany(
      keys,
      async missing => {
        await b.deleteByTag('t')
        row.resolve()
        return missing.map(() => 'old')
      },
      { tags: ['t'] },
    )
    await row.promise
    expect(new Set(await loading)).toEqual(new Set(['old']))
    await a.idle()
    expect(await spread(own.namespace)).toEqual([0, 0, 0])
    await until('the loader obeys', () => keys.every(key => a.getSync(key) === undefined), 1000)
  })

  test('getOrSetMany over partitions loads what is missing in one call', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    await a.setMany(keys.slice(0, 60).map(key => [key, 'stored']))
    const asked: string[][] = []
    const found = await b.getOrSetMany(keys, missing => {
      asked.push(missing)
      return missing.map(() => 'loaded')
    })
    expect(found).toEqual(keys.map((_, i) => (i < 60 ? 'stored' : 'loaded')))
    expect(asked.map(missing => missing.toSorted())).toEqual([keys.slice(60).toSorted()])
    await b.idle()
    expect((await spread(own.namespace)).reduce((sum, count) => sum + count)).toBe(120)
  })

  test('deleteMatching finds keys on all masters, and counts them once', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    await a.setMany(keys.map(key => [key, 'old']))
    await a.setMany(keys.map(key => [`other:${key}`, 'kept']))
    await b.getMany(keys)
    expect(await b.deleteMatching('user:*')).toBe(120)
    expect((await spread(own.namespace)).reduce((sum, count) => sum + count)).toBe(120)
    await until('the other obeys', () => keys.every(key => a.getSync(key) === undefined), 1000)
    expect(new Set(await a.getMany(keys))).toEqual(new Set([undefined]))
    expect(new Set(await a.getMany(keys.map(key => `other:${key}`)))).toEqual(new Set(['kept']))
  })

  test('a load is one for all instances', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    let loads = 0
    const load = async (): Promise<number> => {
      await Promise.resolve()
      return ++loads
    }
    const reads = keys.flatMap(key => [a.getOrSet(key, load), b.getOrSet(key, load)])
    await Promise.all(reads)
    expect(loads).toBe(keys.length)
  })

  test('a subscriber that loses its connection misses nothing for longer than Δ', async () => {
    const own = options()
    await using a = await open(own)
    await using b = await open(own)
    errorsOf(a)
    errorsOf(b)
    await a.setMany(
      keys.map(key => [key, 'old']),
      { tags: ['t'] },
    )
    await until('the other has all', async () => {
      await b.getMany(keys)
      return keys.every(key => b.getSync(key) === 'old')
    })
    const killing = cluster.nodes.map(async ({ url }) => {
      await using node = control(url)
      await until('it is connected', () => node.status === 'ready')
      return Number(await node.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    })
    const deleting = a.deleteByTag('t')
    expect((await Promise.all(killing)).reduce((sum, count) => sum + count)).toBeGreaterThan(0)
    expect((await deleting).status).toBe('committed')
    await until('it obeys', () => keys.every(key => b.getSync(key) === undefined), 1000)
    expect(new Set(await b.getMany(keys))).toEqual(new Set([undefined]))
  })

  test('a client of a cluster that exists is used, and left open', async () => {
    const client = new Cluster(nodes())
    try {
      await using a = await open({ ...options(), redis: client })
      expect((await a.setMany(keys.map(key => [key, 1]))).status).toBe('committed')
      await a.close()
      expect(client.status).toBe('ready')
      expect(await client.get('anything')).toBeNull()
    } finally {
      client.disconnect()
    }
  })

  test('needs few permissions more than one server', async () => {
    const own = options()
    const user = own.namespace
    const admins = cluster.nodes.map(({ url }) => control(url))
    try {
      for (const admin of admins) {
        await until('it is connected', () => admin.status === 'ready')
        await allow(admin, user, own.namespace, [...COMMANDS, ...CLUSTER_COMMANDS])
      }
      const redis = { cluster: nodes(), options: { redisOptions: { username: user, password: PASSWORD } } }
      await using cache = await open({ ...own, redis })
      expect((await cache.setMany(keys.map(key => [key, 1]))).status).toBe('committed')
      expect((await cache.deleteByTag('t')).status).toBe('committed')
      expect(await cache.getOrSet('loaded', () => 'value')).toBe('value')
      await cache.idle()
      expect(await cache.deleteMatching('user:*')).toBe(keys.length)
      expect(await cache.health()).toMatchObject({ status: 'healthy' })
      const all = await Promise.all(admins.map(admin => refused(admin, user)))
      expect([...new Set(all.flat())]).toEqual([])
    } finally {
      for (const admin of admins) admin.disconnect()
    }
  })

  test('that loses a master defers what concerns it, serves the rest, and replays when it is back', async () => {
    await using cache = await open(options())
    errorsOf(cache)
    await cache.setMany(
      keys.map(key => [key, 'old']),
      { tags: ['t'] },
    )
    const pid = cluster.nodes[0]?.pid ?? 0
    process.kill(pid, 'SIGSTOP')
    try {
      const from = performance.now()
      const { status, done } = await cache.deleteByTag('t')
      expect(performance.now() - from).toBeLessThan(500)
      expect(status).toBe('deferred')
      expect(new Set(await cache.getMany(keys))).toEqual(new Set([undefined]))
      const loaded = await cache.getOrSetMany(keys, missing => missing.map(() => 'new'))
      expect(new Set(loaded)).toEqual(new Set(['new']))
      expect(performance.now() - from).toBeLessThan(2000)
      process.kill(pid, 'SIGCONT')
      await within(5000, 'the deferred', done)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await until('it is healthy', async () => (await cache.health()).status === 'healthy')
    expect(await cache.getMany(keys)).not.toContain('old')
  })
})
