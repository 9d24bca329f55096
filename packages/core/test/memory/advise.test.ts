import { describe, expect, test } from 'vitest'
import { type Cache, type CacheOptions, createCache } from '../../src/index.ts'
import { manualClock } from '../../src/testing/index.ts'

const cacheOf = (memory: CacheOptions['memory'], options: CacheOptions = {}): Cache =>
  createCache({ jitter: 0, ...options, ...(memory !== undefined && { memory }) })

/** Reads keys over and over. */
async function read(cache: Cache, keys: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await cache.getOrSet(`k${i % keys}`, () => i)
}

describe('cache.memory', () => {
  test('tells its limits; without `advise` there is no advice, and it says what to do', async () => {
    for (const memory of [undefined, false] as const) {
      await using cache = cacheOf(memory)
      expect(() => cache.memory.advise()).toThrow('memory: { advise: true }')
      expect(() => cache.memory.advise()).toThrow(
        expect.objectContaining({ code: 'E_OPTION', path: 'memory.advise' }),
      )
    }
    await using cache = cacheOf({ maxEntries: 7, maxBytes: '1kb' })
    expect(cache.memory.limits).toStrictEqual({ maxEntries: 7, maxBytes: 1024 })
  })

  test('advises on the traffic of all namespaces', async () => {
    await using cache = cacheOf({ maxEntries: 100, advise: true })
    await read(cache, 50, 1000)
    await read(cache.namespace('a'), 50, 1000)
    const advice = cache.memory.advise()
    expect(advice).toMatchObject({
      policy: 'lru',
      unit: 'entries',
      reads: 2000,
      sampledKeys: 100,
      errorBound: 0,
    })
    expect(advice.current).toMatchObject({ entries: 100 })
    // A hundred keys, each a miss once.
    expect(advice.current?.hitRatio).toBeCloseTo(0.95, 2)
    expect(advice.current?.bytes).toBeGreaterThan(100 * 280)
  })

  test.each(['lru', 'adaptive'] as const)(
    'agrees with what happened at the size it has: %s',
    async eviction => {
      await using cache = cacheOf({ maxEntries: 200, eviction, advise: true })
      let state = 1
      for (let i = 0; i < 12_000; i++) {
        state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647
        const key = Math.floor(2000 * (state / 2_147_483_647) ** 3)
        await cache.getOrSet(['item', key], () => key)
      }
      const { hits, misses } = cache.stats().memory
      expect(cache.memory.advise().current?.hitRatio).toBeCloseTo(hits / (hits + misses), 1)
    },
  )

  test('with a limit in bytes and the adaptive policy, sizes are bytes', async () => {
    await using cache = cacheOf({ maxBytes: '100kb', eviction: 'adaptive', advise: true })
    await read(cache, 100, 3000)
    const { policy, unit, curve, current } = cache.memory.advise()
    expect([policy, unit]).toStrictEqual(['size-aware', 'bytes'])
    expect(curve.map(({ bytes }) => bytes)).toStrictEqual(
      curve.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
    )
    expect(current?.bytes).toBe(102_400)
    expect(curve.at(-1)?.entries).toBe(100)
  })

  test('reads of many keys count once each; what brings values in or looks at them does not', async () => {
    await using cache = cacheOf({ maxEntries: 100, advise: true })
    const keys = Array.from({ length: 10 }, (_, i) => `k${i}`)
    await cache.getOrSetMany(keys, missing => missing.map(key => `${key}!`))
    await cache.hydrate(keys)
    await cache.explain('k1')
    Array.from(cache.hotKeys())
    for (let round = 0; round < 150; round++) await cache.getMany(keys)
    const { reads, current } = cache.memory.advise()
    expect(reads).toBe(1510)
    expect(current?.hitRatio).toBeCloseTo(1500 / 1510, 6)
  })

  test('values that expired, were deleted or read past the cache are misses of every size', async () => {
    const clock = manualClock()
    await using cache = cacheOf({ maxEntries: 100, advise: true }, { clock, ttl: '1s' })
    for (let round = 0; round < 120; round++) {
      for (let i = 0; i < 10; i++) await cache.getOrSet(`k${i}`, () => i, { fresh: round % 3 === 0 })
      if (round % 3 === 1) await clock.advance('2s')
      if (round % 3 === 2) await cache.deleteByTag('nothing')
    }
    const { current } = cache.memory.advise()
    // Of three rounds one is read past the cache, one comes after that, one after the values have expired.
    expect(current?.hitRatio).toBeCloseTo(1 / 3, 1)
    expect(current?.loadsPerSecond).toBeGreaterThan(0)
  })
})

describe('a key that the advisor looks at', () => {
  test('is never served after it, its tag or everything was invalidated', async () => {
    await using cache = cacheOf({ maxEntries: 100, advise: true })
    const get = (): Promise<number> => cache.getOrSet('k', () => ++loads, { tags: ['t'] })
    let loads = 0
    for (const invalidate of [
      () => cache.delete('k'),
      () => cache.deleteByTag('t'),
      () => cache.expireByTag('t'),
      () => cache.deleteByPrefix('k'),
      () => cache.clear(),
    ]) {
      const before = await get()
      for (let i = 0; i < 5; i++) expect(await get()).toBe(before)
      await cache.deleteByTag('another')
      for (let i = 0; i < 5; i++) expect(cache.getSync('k')).toBe(before)
      await invalidate()
      expect(cache.getSync('k')).toBe(undefined)
      expect(await get()).toBe(before + 1)
    }
  })

  test('is refreshed and served stale as any other', async () => {
    const clock = manualClock()
    await using cache = cacheOf(
      { maxEntries: 100, advise: true },
      { clock, ttl: '10s', grace: '1m', swr: true, refreshAhead: 0.5 },
    )
    let loads = 0
    const get = (): Promise<number> => cache.getOrSet('k', () => ++loads)
    expect([await get(), await get()]).toStrictEqual([1, 1])
    await clock.advance('6s')
    expect(await get()).toBe(1)
    await cache.idle()
    expect(await get()).toBe(2)
    await clock.advance('11s')
    expect(await get()).toBe(2)
    await cache.idle()
    expect(await get()).toBe(3)
  })
})
