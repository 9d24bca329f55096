import { inspect } from 'node:util'
import { freePort, startTlsRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { describe, expect, inject, test } from 'vitest'
import { type Cache, type CacheOptions, createCache, fromEnv } from '../../src/index.ts'
import { control, errorsOf, open, space } from './support/caches.ts'
import { OwnRedis } from './support/servers.ts'
import { until } from './support/until.ts'

/** The cache is connected, stores, loads and is obeyed by a second one made the same way. */
async function works(options: CacheOptions): Promise<void> {
  await using a = await open(options)
  await using b = await open(options)
  expect((await a.set('k', 'old', { tags: ['t'] })).status).toBe('committed')
  expect(await b.get('k')).toBe('old')
  expect((await b.deleteByTag('t')).status).toBe('committed')
  await until('the other obeys', () => a.getSync('k') === undefined)
  expect(await a.getOrSet('k', () => 'new')).toBe('new')
  await a.idle()
  expect(await b.get('k')).toBe('new')
  expect(await a.health()).toMatchObject({ status: 'healthy', backend: 'redis' })
}

const port = (): number => Number(new URL(inject('redisUrl')).port || 6379)

describe('a connection by', () => {
  test('URL', () => works({ namespace: space(), redis: inject('redisUrl') }))

  test('options of ioredis', () => works({ namespace: space(), redis: { host: '127.0.0.1', port: port() } }))

  test('URL with options over it', async () => {
    await using admin = control(inject('redisUrl'))
    const connectionName = space()
    const redis = { url: inject('redisUrl'), connectionName }
    await using cache = await open({ namespace: space(), redis })
    await cache.set('k', 1)
    await until('both connections have the name', async () => {
      const list = String(await admin.client('LIST'))
      return list.split(`name=${connectionName} `).length === 3
    })
  })

  test('fromEnv: a URL, and the namespace', async () => {
    const namespace = space()
    const env = { REDIS_URL: inject('redisUrl'), REDIS_CACHE_KEY_PREFIX: `${namespace}:` }
    await works({ redis: fromEnv(env) })
    await using admin = control(inject('redisUrl'))
    expect(await admin.exists(`{${namespace}:0}:m`)).toBe(1)
  })

  test('fromEnv: host, port, database and password', async () => {
    await using redis = await OwnRedis.start(['--requirepass', 'pa:ss/w@rd#1'])
    const env = {
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_DB: '2',
      REDIS_PASSWORD: 'pa:ss/w@rd#1',
    }
    await works({ namespace: space(), redis: fromEnv(env) })
    const url = `redis://:${encodeURIComponent('pa:ss/w@rd#1')}@127.0.0.1:${redis.port}/2`
    await using admin = control(url, 2)
    await until('it is connected', () => admin.status === 'ready')
    expect(await admin.dbsize()).toBeGreaterThan(0)
  })

  test('fromEnv, turned off: this process only', async () => {
    const env = { REDIS_URL: inject('redisUrl'), REDIS_CACHE_ENABLED: 'false' }
    await using cache = await open({ redis: fromEnv(env) })
    expect(await cache.health()).toMatchObject({ status: 'healthy', backend: 'memory' })
  })

  test('a database number: caches of other databases do not meet, though they share channels', async () => {
    await using redis = await OwnRedis.start()
    const namespace = space()
    await works({ namespace, redis: `${redis.url}/3` })
    await using three = await open({ namespace, redis: `${redis.url}/3` })
    await using four = await open({ namespace, redis: { url: redis.url, db: 4 } })
    for (let i = 0; i < 30; i++) {
      await three.set('k', 'three')
      await four.set('k', 'four')
      await Promise.all([three.delete('gone'), four.delete('gone')])
    }
    expect(await three.get('k')).toBe('three')
    expect(await four.get('k')).toBe('four')
    expect([three.stats().coherence, four.stats().coherence]).toEqual(['coherent', 'coherent'])
    await until('memory keeps values', async () => {
      await three.get('k')
      return three.getSync('k') === 'three'
    })
  })

  test('a client that exists: used, and left open', async () => {
    const client = new Redis(inject('redisUrl'))
    try {
      await works({ namespace: space(), redis: client })
      expect(client.status).toBe('ready')
      expect(await client.ping()).toBe('PONG')
    } finally {
      client.disconnect()
    }
  })

  test('a client that is still connecting', async () => {
    const client = new Redis(inject('redisUrl'))
    try {
      await using cache = createCache({ namespace: space(), redis: client })
      expect((await cache.set('k', 1)).status).toBe('committed')
    } finally {
      client.disconnect()
    }
  })

  test('a client that waits to be connected (lazyConnect)', async () => {
    const client = new Redis(inject('redisUrl'), { lazyConnect: true })
    try {
      await works({ namespace: space(), redis: client })
    } finally {
      client.disconnect()
    }
  })

  test('options that say lazyConnect', () =>
    works({ namespace: space(), redis: { url: inject('redisUrl'), lazyConnect: true } }))

  test('four connections for commands: all are used, and the first operations wait for them', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    await until('the control connection is up', () => admin.status === 'ready')
    for (let round = 0; round < 10; round++) {
      await using early = createCache({ namespace: space(), redis: redis.url, connections: 4 })
      const first = await Promise.all(Array.from({ length: 8 }, (_, i) => early.set(`k${i}`, i)))
      expect(new Set(first.map(({ status }) => status))).toEqual(new Set(['committed']))
    }
    const options = { namespace: space(), redis: redis.url, connections: 4 }
    await works(options)
    await using cache = await open(options)
    const errors = errorsOf(cache)
    for (let i = 0; i < 40; i++) await cache.set(`k${i}`, i)
    const list = String(await admin.client('LIST')).split('\n')
    expect(list.filter(line => / cmd=eval/.test(line))).toHaveLength(4)
    expect(errors).toEqual([])
  })

  test('four connections: one that breaks is made anew, and nothing is lost', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const options = { namespace: space(), redis: redis.url, connections: 4, maxStaleness: 1000 }
    await using cache = await open(options)
    await using other = await open(options)
    for (let round = 0; round < 10; round++) {
      await cache.set('k', round)
      const lines = String(await admin.client('LIST')).split('\n')
      const victim = lines.find(line => / cmd=eval/.test(line))
      await admin.client('KILL', 'ID', Number(/^id=(\d+)/.exec(victim ?? '')?.[1] ?? 0))
      const deletes = await Promise.all(Array.from({ length: 8 }, () => cache.delete('k')))
      await Promise.all(deletes.map(({ done }) => done))
      expect(await cache.get('k')).toBeUndefined()
      await until('the other obeys', async () => (await other.get('k')) === undefined, 1000)
    }
  })
})

describe('TLS', () => {
  test('with a CA of one’s own; refused without it', async () => {
    const server = await startTlsRedis()
    try {
      const trusting = { url: server.url, tls: { ca: server.ca } }
      await works({ namespace: space(), redis: trusting })
      await using cache = createCache({ redis: server.url, timeouts: { connect: 500 } })
      const errors = errorsOf(cache)
      await cache.ready()
      expect(await cache.health()).toMatchObject({ status: 'degraded' })
      expect(inspect(errors)).toMatch(/self-signed|unable to verify/)
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    } finally {
      await server.stop()
    }
  })
})

describe('credentials', () => {
  const SECRET = 'S3cr3t-hunter2'
  const PASSWORD = `${SECRET}/with@odd:chars#and%20more`

  /** Everything a cache says, as a log that prints it whole would. */
  function heard(cache: Cache): () => string {
    const events: unknown[] = []
    for (const type of ['error', 'connection', 'coherence', 'breaker', 'invalidate', 'miss', 'set'] as const)
      cache.on(type, event => events.push(event))
    return () =>
      inspect(events, {
        depth: Number.POSITIVE_INFINITY,
        showHidden: true,
        maxStringLength: null,
        maxArrayLength: null,
      })
  }

  /** The place where a text gives it away. */
  function leak(text: string): string {
    const at = text.indexOf(SECRET)
    return at < 0 ? '' : text.slice(Math.max(0, at - 300), at + SECRET.length)
  }

  async function trouble(cache: Cache): Promise<unknown[]> {
    await cache.ready()
    const settled = await Promise.allSettled([
      cache.get('k'),
      cache.getOrSet('k', () => 1),
      cache.set('k', 1),
      cache.delete('k', { strict: true }),
      cache.deleteMatching('k*'),
      cache.getMany(['a', 'b']),
      cache.health(),
      cache.explain('k'),
    ])
    return settled
  }

  const shownWhole = (value: unknown): string =>
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })

  test.each([
    [
      'refused as wrong',
      async (redis: OwnRedis) => `redis://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`,
    ],
    [
      'for the default user, refused as wrong',
      async (redis: OwnRedis) => `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`,
    ],
    [
      'given to nobody: the connection is refused',
      async () => `redis://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${await freePort()}`,
    ],
  ] as const)('%s, are in no event and no error', async (_, urlOf) => {
    await using redis = await OwnRedis.start(['--requirepass', 'another one'])
    const url = await urlOf(redis)
    for (const options of [url, { url }, { ...parts(url), protocol: 2 as const }]) {
      await using cache = createCache({ redis: options, namespace: space(), timeouts: { connect: 200 } })
      const said = heard(cache)
      const results = await trouble(cache)
      await until('it complains', () => said().includes('error'))
      expect(leak(said())).toBe('')
      expect(leak(shownWhole(results))).toBe('')
      expect(leak(shownWhole([cache.stats(), await cache.health()]))).toBe('')
    }
  })

  test('that were right and are revoked, are in no event and no error', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    await admin.call('ACL', 'SETUSER', 'app', 'on', `>${PASSWORD}`, '~*', '&*', '+@all')
    const url = `redis://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`
    await using cache = await open({ redis: url, namespace: space() })
    const said = heard(cache)
    await admin.call('ACL', 'DELUSER', 'app')
    await until('it complains', () => said().includes('WRONGPASS'))
    const results = await trouble(cache)
    expect(leak(said())).toBe('')
    expect(leak(shownWhole(results))).toBe('')
  })

  test('in options that cannot be used, are not in the error that says so', () => {
    const bad: unknown[] = [
      `redis://app:${PASSWORD}@127.0.0.1:6379`,
      `redis://app:${SECRET}@host:port`,
      `redis://app:p/${SECRET}@host`,
      `redis://app:p@${SECRET}@host:nonsense`,
      `http://app:${SECRET}@host`,
      `rediss//app:${SECRET}@host`,
      `app:${SECRET}@host:6379`,
      `redis://host:6379?password=${SECRET}&x=[`,
      { url: `https://:${SECRET}@host` },
      { url: `postgres://app:${SECRET}@host` },
      { url: { password: SECRET } },
      { password: SECRET, keyPrefix: 'x:' },
      { password: SECRET, cluster: [] },
      [`redis://:${SECRET}@host`],
    ]
    for (const redis of bad) {
      let error: unknown
      try {
        const cache = createCache({ redis: redis as string })
        void cache.close()
      } catch (thrown) {
        error = thrown
      }
      if (error === undefined) continue
      expect(error).toMatchObject({ name: 'CacheError', code: 'E_OPTION' })
      expect(leak(shownWhole(error))).toBe('')
    }
    for (const env of [
      { REDIS_URL: `http://app:${SECRET}@host` },
      { REDIS_URL: `redis://app:${SECRET}@host:port` },
      { REDIS_HOST: 'h', REDIS_PORT: SECRET, REDIS_PASSWORD: SECRET },
    ]) {
      expect(() => fromEnv(env)).toThrow()
      try {
        fromEnv(env)
      } catch (error) {
        expect(leak(shownWhole(error))).toBe('')
      }
    }
  })
})

function parts(url: string): { host: string; port: number; username: string; password: string } {
  const { hostname, port: portText, username, password } = new URL(url)
  return { host: hostname, port: Number(portText), username, password: decodeURIComponent(password) }
}
