import { describe, expect, test } from 'vitest'
import { createCache, encryption, fromEnv, json, msgpack } from '../../src/index.ts'
import type { CacheOptions } from '../../src/index.ts'
import type { DriverOptions, StoreDriver } from '../../src/driver.ts'
import { EnvRedis } from '../../src/from-env.ts'
import type { Store } from '../../src/store.ts'
import { errorOf, settled } from './support.ts'

const create = (options: unknown): unknown => createCache(options as CacheOptions)

describe('an option that cannot be is refused at once, by its path and value', () => {
  test.each<[string, unknown, string, unknown]>([
    ['options', 'redis://host', 'options', 'redis://host'],
    ['options', null, 'options', null],
    ['an unknown one', { tll: '5m' }, 'tll', undefined],
    ['__proto__', JSON.parse('{"__proto__":{"ttl":1}}'), '__proto__', undefined],
    ['namespace', { namespace: '' }, 'namespace', ''],
    ['namespace', { namespace: 5 }, 'namespace', 5],
    ['namespace', { namespace: 'x'.repeat(129) }, 'namespace', 'x'.repeat(129)],
    ['memory', { memory: { maxEntries: 0 } }, 'memory.maxEntries', 0],
    ['memory', { memory: { maxEntries: 1.5 } }, 'memory.maxEntries', 1.5],
    ['memory', { memory: { maxBytes: '64m' } }, 'memory.maxBytes', '64m'],
    ['memory', { memory: { eviction: 'fifo' } }, 'memory.eviction', 'fifo'],
    ['memory', { memory: { max: 5 } }, 'memory.max', undefined],
    ['memory', { memory: 10_000 }, 'memory', 10_000],
    ['memory', { memory: '64mb' }, 'memory', '64mb'],
    ['timeouts', { timeouts: '1s' }, 'timeouts', '1s'],
    ['timeouts', { timeouts: null }, 'timeouts', null],
    ['timeouts', { timeouts: { redsi: '1s' } }, 'timeouts.redsi', undefined],
    ['types', { types: [] }, 'types', []],
    ['swr', { swr: true }, 'swr', true],
    ['jitter', { jitter: 2 }, 'jitter', 2],
    ['breaker', { breaker: 5 }, 'breaker', 5],
    ['breaker', { breaker: { threshold: 1 } }, 'breaker.threshold', undefined],
    ['breaker', { breaker: { errorThreshold: 0 } }, 'breaker.errorThreshold', 0],
    ['breaker', { breaker: { errorThreshold: 50 } }, 'breaker.errorThreshold', 50],
    ['breaker', { breaker: { volume: 0 } }, 'breaker.volume', 0],
    ['connections', { connections: 0 }, 'connections', 0],
    ['connections', { connections: '2' }, 'connections', '2'],
    [
      'compression',
      { compression: { above: '4 apples', algorithm: 'gzip' } },
      'compression.above',
      '4 apples',
    ],
    ['compression', { compression: { above: '4kb', algorithm: 'zip' } }, 'compression.algorithm', 'zip'],
    ['compression', { compression: { above: '4kb' } }, 'compression.algorithm', undefined],
    [
      'compression',
      { compression: { above: '4kb', algorithm: 'gzip', level: 9 } },
      'compression.level',
      undefined,
    ],
    ['maxValueBytes', { maxValueBytes: 0 }, 'maxValueBytes', 0],
    ['codec', { codec: 'json' }, 'codec', 'json'],
    ['codec', { codec: {} }, 'codec', {}],
    ['log', { log: true }, 'log', true],
  ])('%s: %o', (_, options, path, value) => {
    const error = errorOf(() => create(options))
    expect(error).toMatchObject({ code: 'E_OPTION', path })
    expect(error.value).toStrictEqual(value)
  })

  test.each<[unknown, string]>([
    [{ ttl: 'soon' }, 'ttl'],
    [{ types: { user: 'soon' } }, 'types.user.ttl'],
    [{ maxStaleness: 0 }, 'maxStaleness'],
    [{ timeouts: { redis: 0 } }, 'timeouts.redis'],
    [{ timeouts: { connect: 'never' } }, 'timeouts.connect'],
    [{ timeouts: { hard: 0 } }, 'timeouts.hard'],
    [{ breaker: { resetAfter: 'soon' } }, 'breaker.resetAfter'],
  ])('a duration that is none: %o', (options, path) => {
    expect(errorOf(() => create(options))).toMatchObject({ code: 'E_TTL', path })
  })

  test.each<[unknown, string]>([
    [5, 'redis'],
    [true, 'redis'],
    [{ cluster: [] }, 'redis.cluster'],
    [{ host: 'h', keyPrefix: 'app:' }, 'redis.keyPrefix'],
    [{ url: 'host' }, 'redis.url'],
  ])('an address that is none, of which nothing is shown: %o', (redis, path) => {
    expect(errorOf(() => create({ redis }))).toMatchObject({ code: 'E_OPTION', path })
  })

  test('a namespace with a lone surrogate', () => {
    expect(errorOf(() => create({ namespace: '\ud800' })).code).toBe('E_KEY')
  })

  test('an unknown one is told with those that exist', () => {
    expect(errorOf(() => create({ tll: 1 })).message).toMatch(
      /^tll is not an option here\. Known: namespace, redis, memory, .*ttl/,
    )
  })
})

test('every documented option is taken', async () => {
  const cache = createCache({
    namespace: 'shop',
    redis: false,
    memory: { maxEntries: 10, maxBytes: '1mb', eviction: 'lru' },
    ttl: { memory: '30s', redis: '1h' },
    types: { user: '24h', search: { ttl: '5m', negativeTtl: '30s' } },
    jitter: 0.1,
    grace: '10m',
    swr: true,
    refreshAhead: 0.8,
    negativeTtl: '1m',
    timeouts: { redis: '150ms', connect: '2s', soft: '1s', hard: '10s' },
    maxStaleness: '2s',
    breaker: { errorThreshold: 0.5, volume: 10, resetAfter: '1s' },
    connections: 2,
    codec: json(),
    compression: { above: '4kb', algorithm: 'gzip' },
    encryption: encryption({ keys: { a: Buffer.alloc(32, 1) }, current: 'a' }),
    maxValueBytes: '8mb',
    log: () => {},
  })
  expect(await cache.getOrSet('user:1', () => 1)).toBe(1)
  await cache.close()
})

test('adaptive eviction works through the whole cache, whichever limit is given', async () => {
  for (const memory of [{ maxEntries: 20 }, { maxBytes: '20kb' }] as const) {
    const cache = createCache({ memory: { ...memory, eviction: 'adaptive' } })
    for (let i = 0; i < 200; i++) {
      expect(await cache.getOrSet('hot', () => 'hot')).toBe('hot')
      expect(await cache.getOrSet(['k', i], () => i)).toBe(i)
    }
    const { memory: tier, loads } = cache.stats()
    expect([loads, cache.getSync('hot'), tier.evictions > 100]).toStrictEqual([201, 'hot', true])
    await cache.close()
  }
})

test('options that are undefined are as if not given', () => {
  const names = [
    'namespace',
    'redis',
    'memory',
    'ttl',
    'types',
    'timeouts',
    'breaker',
    'codec',
    'compression',
    'encryption',
    'log',
    'clock',
  ]
  create(Object.fromEntries(names.map(name => [name, undefined])))
  create(undefined)
})

test('without Redis the codec is not needed: values are shared, not copied', async () => {
  const cache = createCache({ codec: msgpack() })
  const value = { f: () => 1 }
  await cache.set('k', value)
  expect(await cache.get('k')).toBe(value)
})

describe('a driver', () => {
  function driver(): { driver: StoreDriver; opened: DriverOptions[] } {
    const opened: DriverOptions[] = []
    const known: Partial<Store> = {
      partitions: 1,
      reconnect: () => {},
      breakerState: () => 'closed',
      close: () => Promise.resolve(),
      readOne: (_partition, _id, taker) => process.nextTick(() => taker.failed(new Error('away'))),
    }
    const away = (): Promise<never> => Promise.reject(new Error('away'))
    const store = new Proxy(known, { get: (_, name) => known[name as keyof Store] ?? away }) as Store
    return { opened, driver: { openStore: options => (opened.push(options), store) } }
  }

  test('is told namespace and deadline, the namespace escaped', async () => {
    const { driver: redis, opened } = driver()
    const cache = createCache({ redis, namespace: 'a:{b}', timeouts: { redis: 70 } })
    cache.on('error', () => {})
    expect(opened).toMatchObject([{ namespace: 'a%3A%7Bb%7D', deadlineMs: 70 }])
    await cache.close({ timeout: 0 })
  })

  test.each<[string, CacheOptions, string]>([
    ['by default it is tiercache', {}, 'tiercache'],
    ['as the environment says', { redis: new EnvRedis(undefined, 'env', 'REDIS_URL') }, 'env'],
    [
      'but the option goes first',
      { namespace: 'mine', redis: new EnvRedis(undefined, 'env', 'REDIS_URL') },
      'mine',
    ],
  ])('the namespace: %s', async (_, options, namespace) => {
    const { driver: redis, opened } = driver()
    const env =
      options.redis instanceof EnvRedis
        ? new EnvRedis(redis as never, options.redis.namespace, options.redis.source)
        : redis
    const cache = createCache({ ...options, redis: env })
    cache.on('error', () => {})
    expect(opened[0]?.namespace).toBe(namespace)
    await cache.close({ timeout: 0 })
  })

  test('that is away harms nobody: reads load, nothing rejects', async () => {
    const { driver: redis } = driver()
    const cache = createCache({ redis, timeouts: { connect: 1 } })
    const errors: string[] = []
    cache.on('error', ({ operation }) => errors.push(operation))
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.get('other')).toBe(undefined)
    expect(await cache.delete('k')).toMatchObject({ status: 'deferred' })
    await settled()
    expect([cache.stats().coherence, errors.includes('read')]).toStrictEqual(['degraded', true])
    await cache.close({ timeout: 0 })
  })
})

test('an environment without Redis means this process only', async () => {
  const cache = createCache({ redis: fromEnv({ REDIS_CACHE_ENABLED: 'false' }) })
  expect((await cache.health()).backend).toBe('memory')
})
