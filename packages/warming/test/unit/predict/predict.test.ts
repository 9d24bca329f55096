import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Cache, CacheError, createCache } from '@tiercache/core'
import { fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type GateView, predict, type PredictOptions, type Predictor } from '../../../src/index.ts'
import { world } from '../support.ts'

const CHAIN = ['user', 'team', 'plan', 'limits', 'flags', 'menu']
const memory = { maxEntries: 50 }
/** Rounds until every key is as sure of its successor as can be, and that is known to be right. */
const LEARNED = 10

function predicting(cache: Cache, options: PredictOptions = {}): Predictor {
  const predictor = predict(cache, options)
  onTestFinished(() => predictor.stop())
  return predictor
}

/** What a request does: it reads keys one after another, and a little time passes between them. */
async function read(cache: Cache, clock: ManualClock, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await cache.getOrSet(key, () => `value of ${key}`)
    await clock.settle()
  }
}

/** So many users, each of whom reads a chain of keys of their own, round after round; more than memory holds. */
async function rounds(
  count: number,
  request: (keys: readonly string[]) => Promise<void>,
  users = 30,
): Promise<void> {
  for (let round = 0; round < count; round++)
    for (let user = 0; user < users; user++) await request(CHAIN.map(part => `${part}:${user}`))
}

test('a request finds in memory what others before it went on to read', async () => {
  const { clock, open } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache)
  const request = (keys: readonly string[]): Promise<void> => predictor.within(() => read(cache, clock, keys))
  await rounds(LEARNED, request)
  // Of each chain all but the last key are followed by one.
  expect(predictor.stats()).toMatchObject({ on: true, keys: 150, sure: 150, dropped: 0, late: 0 })
  const before = cache.stats().memory.misses
  const { used } = predictor.stats()
  await rounds(2, request)
  // Of six keys only the first one has to be waited for: nothing in a request tells who will come.
  expect(cache.stats().memory.misses - before).toBe(2 * 30)
  expect(predictor.stats().used - used).toBe(2 * 30 * 5)
  expect(predictor.stats().precision).toBe(1)
})

test('predictions of one turn are one command to Redis, and no reads', async () => {
  const { clock, open, redis } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache)
  await rounds(LEARNED, keys => predictor.within(() => read(cache, clock, keys)))
  const commands = redis.commands('read')
  const { hits, misses } = cache.stats()
  const { prefetched } = predictor.stats()
  const starts = Array.from({ length: 8 }, (_, user) => `user:${user}`)
  await Promise.all(starts.map(key => predictor.within(() => cache.get(key))))
  await clock.settle()
  // Eight reads of their own, and one more for what comes after all of them.
  expect(redis.commands('read') - commands).toBe(9)
  expect(predictor.stats().prefetched - prefetched).toBe(8 * 4)
  expect(cache.stats().hits + cache.stats().misses - hits - misses).toBe(8)
  expect(cache.getSync('limits:7')).toBe('value of limits:7')
})

test('nothing is learned outside of requests, and nothing is fetched', async () => {
  const { clock, open } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache)
  await rounds(4, keys => read(cache, clock, keys))
  const { gates, ...stats } = predictor.stats()
  expect(stats).toStrictEqual({
    on: false,
    keys: 0,
    sure: 0,
    predicted: 0,
    prefetched: 0,
    used: 0,
    late: 0,
    dropped: 0,
    precision: undefined,
    shadowPrecision: undefined,
  })
  expect(gates.every(({ open: isOpen, precision }) => !isOpen && precision === undefined)).toBe(true)
})

test("with context 'process' all reads are one row, in a request or not", async () => {
  const { clock, open } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache, { context: 'process' })
  await rounds(LEARNED, keys => read(cache, clock, keys))
  await rounds(1, keys => predictor.within(() => read(cache, clock, keys)))
  const before = cache.stats().memory.misses
  await rounds(2, keys => read(cache, clock, keys))
  // Here also the next user is foretold.
  expect(cache.stats().memory.misses - before).toBe(0)
})

test('one request within another is part of it', async () => {
  const { clock, open } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache)
  const whole = (keys: readonly string[]): Promise<void> =>
    predictor.within(async () => {
      for (const key of keys) await predictor.within(() => read(cache, clock, [key]))
    })
  await rounds(4, whole)
  expect(predictor.stats().keys).toBe(5 * 30)
})

// The machine may be busy.
describe('requests over HTTP that run through each other', { timeout: 60_000 }, () => {
  /** A service that answers when a test says so, read by read. */
  async function service(options: PredictOptions) {
    const { open } = world()
    const cache = await open({ memory: { maxEntries: 6 } })
    const predictor = predicting(cache, options)
    const order: string[] = []
    const handle = async (url: string): Promise<string> => {
      // One order for one kind of page, the other way round for the other: only who asks tells what comes next.
      const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
      for (const key of url === '/up' ? keys : keys.toReversed()) {
        order.push(url)
        await cache.getOrSet(`${url}:${key}`, () => key)
        await new Promise(resolve => setImmediate(resolve))
      }
      return url
    }
    const server = createServer((request, response) => {
      void predictor.within(() =>
        handle(request.url ?? '').then(
          text => response.end(text),
          (error: unknown) => response.writeHead(500).end(String(error)),
        ),
      )
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise(resolve => server.close(() => resolve())))
    const { port } = server.address() as AddressInfo
    const ask = async (path: string): Promise<string> => {
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        get({ host: '127.0.0.1', port, path, agent: false }, resolve).on('error', reject),
      )
      return Buffer.concat(await response.toArray()).toString()
    }
    return { cache, order, predictor, ask }
  }

  test('are told apart', async () => {
    const { cache, order, predictor, ask } = await service({ depth: 1 })
    for (let round = 0; round < 40; round++)
      expect(await Promise.all([ask('/up'), ask('/down')])).toStrictEqual(['/up', '/down'])
    // They did: one went on while the other was not through.
    expect(order.filter((url, i) => i > 0 && url !== order[i - 1]).length).toBeGreaterThan(80)
    const { keys, used, on } = predictor.stats()
    // Sixteen keys, of which the last of each page has nothing after it.
    expect(keys).toBe(14)
    expect(on).toBe(true)
    expect(used).toBeGreaterThan(50)
    expect(cache.stats().memory.hits).toBeGreaterThan(50)
  })

  test('would not be by their order in the process', async () => {
    const { predictor, ask } = await service({ depth: 1, context: 'process' })
    for (let round = 0; round < 10; round++) await Promise.all([ask('/up'), ask('/down'), ask('/up')])
    // The last key of a page has one after it, of a page that has nothing to do with it.
    expect(predictor.stats().keys).toBeGreaterThan(14)
  })
})

describe('namespaces', () => {
  test('keys of all namespaces within are fetched, by the lifetimes of each', async () => {
    const { clock, open } = world()
    const root = await open({ memory, namespace: 'shop' })
    const users = root.namespace('users', { ttl: '2m' })
    const predictor = predicting(root)
    const request = (user: number): Promise<void> =>
      predictor.within(async () => {
        for (const [part, cache] of [['a', root] as const, ['b', users] as const, ['c', root] as const])
          await read(cache, clock, [`${part}:${user}`])
      })
    for (let round = 0; round < 2 * LEARNED; round++)
      for (let user = 0; user < 30; user++) await request(user)
    expect(predictor.stats().used).toBeGreaterThan(100)
    const { memory: misses } = users.stats()
    for (let user = 0; user < 30; user++) await request(user)
    expect(users.stats().memory.misses).toBe(misses.misses)
    expect(users.getEntrySync('b:29')?.ttlMs).toBeLessThanOrEqual(120_000)
  })

  test('a predictor of a namespace does not look beyond it', async () => {
    const { clock, open } = world()
    const root = await open({ memory })
    const users = root.namespace('users')
    const predictor = predicting(users)
    await predictor.within(async () => {
      await read(root, clock, ['a', 'b', 'c'])
      await read(users, clock, ['d', 'e'])
      await read(root, clock, ['f'])
    })
    expect(predictor.stats().keys).toBe(1)
  })
})

describe('when Redis', () => {
  async function learned(options: PredictOptions = {}) {
    const it = world()
    const cache = await it.open({ memory, timeouts: { redis: '100ms' } })
    const predictor = predicting(cache, options)
    const request = (keys: readonly string[]): Promise<void> =>
      predictor.within(() => read(cache, it.clock, keys))
    await rounds(LEARNED, request)
    expect(predictor.stats().on).toBe(true)
    return { ...it, cache, predictor, request }
  }

  test('is away, predictions are dropped, and fetched again when it is back', async () => {
    const { redis, clock, predictor, cache, pass } = await learned()
    redis.down()
    await clock.advance('30s')
    expect(cache.stats().coherence).toBe('degraded')
    const { prefetched, dropped } = predictor.stats()
    for (let user = 0; user < 5; user++)
      await pass(predictor.within(() => cache.getOrSet(`user:${user}`, () => 'loaded')))
    expect(predictor.stats().prefetched).toBe(prefetched)
    expect(predictor.stats().dropped - dropped).toBe(5 * 4)
    redis.up()
    await clock.advance('30s')
    expect(cache.stats().coherence).toBe('coherent')
    await predictor.within(() => cache.get('user:7'))
    await clock.settle()
    expect(predictor.stats().prefetched - prefetched).toBe(4)
  })

  test('is slow, no more than so many are under way and nothing queues', async () => {
    const { redis, clock, predictor, cache } = await learned({ atOnce: 10 })
    const { prefetched, dropped } = predictor.stats()
    const { loads } = cache.stats()
    redis.hang()
    const reading = Array.from({ length: 6 }, (_, user) => predictor.within(() => cache.get(`plan:${user}`)))
    await clock.settle()
    redis.resume()
    await Promise.all(reading)
    redis.hang()
    await clock.settle()
    // Three follow each of six; the circuit may have its own view of it, but ten is the most.
    expect(predictor.stats().prefetched - prefetched).toBe(10)
    expect(predictor.stats().dropped - dropped).toBe(8)
    await clock.advance('1s')
    redis.resume()
    await clock.settle()
    expect(cache.stats().loads).toBe(loads)
  })

  test('has lost the values, fetches find nothing and soon end', async () => {
    const { redis, predictor, request } = await learned()
    const { prefetched } = predictor.stats()
    for (let round = 0; round < 3; round++)
      await rounds(1, async keys => {
        for (const key of redis.keys()) redis.evict(key)
        await request(keys)
      })
    const wasted = predictor.stats().prefetched - prefetched
    expect(wasted).toBeGreaterThan(0)
    expect(wasted).toBeLessThan(250)
    expect(predictor.stats().precision).toBeLessThan(0.95)
  })
})

test('tells when it begins to fetch and when it ends, and survives a listener that throws', async () => {
  const { clock, open } = world()
  const cache = await open({ memory })
  const changes: GateView[] = []
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const onChange = (change: GateView): void => {
    changes.push(change)
    throw new Error('mine')
  }
  const predictor = predicting(cache, { onChange, depth: 1 })
  await rounds(LEARNED, keys => predictor.within(() => read(cache, clock, keys)))
  expect(changes[0]).toStrictEqual({ confidence: 2, depth: 1, open: true, precision: 1 })
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('mine'), 'TiercacheWarning')
  expect(predictor.stats().gates.find(({ confidence }) => confidence === 2)?.open).toBe(true)
})

test('a value that is invalidated between fetch and read is not served', async () => {
  const { clock, open } = world()
  const [cache, other] = [await open({ memory }), await open({ memory })]
  const predictor = predicting(cache)
  await rounds(LEARNED, keys => predictor.within(() => read(cache, clock, keys)))
  await predictor.within(async () => {
    await cache.get('user:3')
    await clock.settle()
    expect(cache.getSync('team:3')).toBe('value of team:3')
    await other.set('team:3', 'new')
    await clock.settle()
    expect(await cache.get('team:3')).toBe('new')
  })
})

test('stopped, it neither learns nor fetches, and runs what it is given', async () => {
  const { clock, open, redis } = world()
  const cache = await open({ memory })
  using predictor = predict(cache)
  await rounds(LEARNED, keys => predictor.within(() => read(cache, clock, keys)))
  const stats = predictor.stats()
  const reading = predictor.within(() => cache.get('user:3'))
  predictor.stop()
  await reading
  await clock.settle()
  const commands = redis.commands('read')
  expect(predictor.within(() => 'given')).toBe('given')
  await predictor.within(() => cache.get('user:4'))
  await clock.settle()
  expect(redis.commands('read') - commands).toBe(1)
  expect(predictor.stats()).toStrictEqual(stats)
})

test('outlives its cache', async () => {
  const { clock, open, pass } = world()
  const cache = await open({ memory })
  const predictor = predicting(cache)
  await rounds(LEARNED, keys => predictor.within(() => read(cache, clock, keys)))
  const reading = predictor.within(() => cache.get('user:3'))
  await pass(cache.close(), '6s')
  await reading
  await clock.settle()
  expect(predictor.stats().on).toBe(true)
})

test('without Redis there is nothing to do for it', async () => {
  const clock = manualClock()
  const cache = createCache({ clock })
  onTestFinished(() => cache.close())
  const predictor = predicting(cache)
  await rounds(3, keys => predictor.within(() => read(cache, clock, keys)))
  expect(predictor.stats().keys).toBe(0)
})

test('it knows no more keys than it was told to', async () => {
  const { clock, open } = world()
  const cache = await open({ memory: { maxEntries: 2000 } })
  const predictor = predicting(cache, { keys: 256 })
  const keys = Array.from({ length: 400 }, (_, i) => `key:${i}`)
  for (let i = 0; i < 3; i++) await predictor.within(() => read(cache, clock, keys))
  expect(predictor.stats().keys).toBeLessThanOrEqual(256)
  expect(predictor.stats().keys).toBeGreaterThan(200)
})

test('says what cannot be', () => {
  const cache = createCache()
  onTestFinished(() => cache.close())
  const bad: [PredictOptions, string][] = [
    [{ context: 'user' as never }, 'context'],
    [{ precision: 1 }, 'precision'],
    [{ precision: '0.9' as never }, 'precision'],
    [{ depth: 0 }, 'depth'],
    [{ depth: 17 }, 'depth'],
    [{ keys: 1.5 }, 'keys'],
    [{ atOnce: 0 }, 'atOnce'],
    [{ onChange: {} as never }, 'onChange'],
    [{ horizon: 5 } as never, 'horizon'],
  ]
  for (const [options, path] of bad)
    expect(() => predict(cache, options)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', path }) as CacheError,
    )
  expect(() => predict({} as never)).toThrow('createCache')
  expect(() => predict(fakeRedis() as never)).toThrow(CacheError)
})
