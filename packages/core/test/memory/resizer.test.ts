import { describe, expect, test } from 'vitest'
import { createCache, type CacheEvents, type CacheOptions } from '../../src/index.ts'
import { Events } from '../../src/events.ts'
import type { Advice, AdvisedSize } from '../../src/memory/advisor/advice.ts'
import type { Limits } from '../../src/memory/tier.ts'
import { nextSize, Resizer, usedHeapShare, wantedSize } from '../../src/resizer.ts'
import { type ManualClock, manualClock } from '../../src/testing/index.ts'

const curveOf = (...points: [entries: number, hitRatio: number][]): AdvisedSize[] =>
  points.map(([entries, hitRatio]) => ({ entries, bytes: entries * 100, hitRatio, loadsPerSecond: 0 }))

const FLAT_FROM_400 = curveOf([100, 0.2], [200, 0.5], [400, 0.79], [800, 0.8], [1600, 0.8])

describe('the size that is wanted', () => {
  test('is the smallest that answers two hundredths less than the largest', () => {
    const size = wantedSize(FLAT_FROM_400, 'entries') ?? 0
    // Between 200 and 400, where the line crosses 0.78.
    expect(size).toBe(Math.ceil(200 + (200 * 0.28) / 0.29))
    expect(wantedSize(FLAT_FROM_400, 'bytes')).toBe(Math.ceil(20_000 + (20_000 * 0.28) / 0.29))
    expect(wantedSize(curveOf([100, 0.9], [200, 0.9]), 'entries')).toBe(100)
    expect(wantedSize([], 'entries')).toBe(undefined)
  })

  test('is gone to by a quarter at most, not at all where it is near, within bounds', () => {
    const bounds = { min: 100, max: 1000 }
    expect(nextSize(800, 200, bounds, true)).toBe(600)
    expect(nextSize(400, 900, bounds, true)).toBe(500)
    expect(nextSize(400, 430, bounds, true)).toBe(400)
    expect(nextSize(400, 365, bounds, true)).toBe(400)
    expect(nextSize(120, 5, bounds, true)).toBe(100)
    expect(nextSize(950, 5000, bounds, true)).toBe(950)
    expect(nextSize(50, 50, bounds, true)).toBe(63)
  })

  test('waits for room in the heap to grow, not to shrink', () => {
    const bounds = { min: 100, max: 1000 }
    expect(nextSize(400, 900, bounds, false)).toBe(400)
    expect(nextSize(400, 200, bounds, false)).toBe(300)
  })
})

interface Bench {
  readonly clock: ManualClock
  readonly resizer: Resizer
  readonly sizes: number[]
  readonly told: CacheEvents['resize'][]
  curve: readonly AdvisedSize[]
  heap: number
}

function bench(start: number, unit: 'entries' | 'bytes' = 'entries'): Bench {
  const clock = manualClock()
  const events = new Events()
  const sizes: number[] = []
  const told: CacheEvents['resize'][] = []
  events.on('resize', event => told.push(event))
  const limits: Limits =
    unit === 'entries' ? { maxEntries: start, maxBytes: 5 } : { maxEntries: 5, maxBytes: start }
  const memory = {
    limits,
    resize(next: Limits) {
      memory.limits = next
      sizes.push((unit === 'entries' ? next.maxEntries : next.maxBytes) ?? 0)
    },
  }
  const max = unit === 'entries' ? 1600 : 160_000
  const resizer = new Resizer(
    { unit, min: max / 16, max, everyMs: 60_000 },
    {
      memory,
      advise: () => ({ curve: one.curve }) as unknown as Advice,
      clock,
      events,
      heapShare: () => one.heap,
    },
  )
  const one: Bench = { clock, resizer, sizes, told, curve: FLAT_FROM_400, heap: 0.3 }
  return one
}

describe('a resizer', () => {
  test('shrinks step by step to what is wanted, then stays', async () => {
    const { clock, sizes, told, resizer } = bench(1600)
    await clock.advance('1h')
    expect(sizes).toStrictEqual([1200, 900, 675, 506, 394])
    expect(told[0]).toStrictEqual({ unit: 'entries', from: 1600, to: 1200, hitRatio: 0.8 })
    expect(told.at(-1)?.hitRatio).toBeCloseTo(0.78, 2)
    resizer.stop()
    expect(clock.timers).toBe(0)
  })

  test('grows again when the traffic asks for it, and not while the heap is full', async () => {
    const one = bench(400)
    one.curve = curveOf([100, 0.1], [400, 0.3], [1600, 0.9])
    one.heap = 0.71
    await one.clock.advance('30m')
    expect(one.sizes).toStrictEqual([])
    one.heap = 0.69
    await one.clock.advance('1h')
    expect(one.sizes[0]).toBe(500)
    // Within a tenth of what is wanted.
    expect(one.sizes.at(-1)).toBeGreaterThan(1400)
    expect(one.sizes).toStrictEqual(one.sizes.toSorted((a, b) => a - b))
  })

  test('does not go to and fro while the curve trembles', async () => {
    const one = bench(390)
    for (let i = 0; i < 50; i++) {
      const noise = i % 2 === 0 ? 0.004 : -0.004
      one.curve = curveOf([100, 0.2], [200, 0.5 + noise], [400, 0.79 + noise], [800, 0.8], [1600, 0.8])
      await one.clock.advance('1m')
    }
    expect(one.sizes).toStrictEqual([])
  })

  test('moves bytes where its bounds are bytes, and nothing without a curve', async () => {
    const one = bench(160_000, 'bytes')
    one.curve = []
    await one.clock.advance('10m')
    expect(one.sizes).toStrictEqual([])
    one.curve = FLAT_FROM_400
    await one.clock.advance('1m')
    expect(one.told).toStrictEqual([{ unit: 'bytes', from: 160_000, to: 120_000, hitRatio: 0.8 }])
  })

  test('knows the heap of this process', () => {
    expect(usedHeapShare()).toBeGreaterThan(0)
    expect(usedHeapShare()).toBeLessThan(1)
  })
})

describe('a cache with `resize`', () => {
  test('begins at `max`, shrinks to what its traffic needs, and ends with the cache', async () => {
    const clock = manualClock()
    const cache = createCache({
      clock,
      ttl: '7d',
      memory: { resize: { min: 100, max: 2000, everyMs: 60_000 } },
    })
    expect(cache.memory.limits.maxEntries).toBe(2000)
    const seen: number[] = []
    cache.on('resize', ({ to }) => seen.push(to))
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 300; i++) await cache.getOrSet(`k${i}`, () => i)
      await clock.advance('1m')
    }
    expect(seen[0]).toBe(1500)
    expect(cache.memory.limits.maxEntries).toBe(seen.at(-1))
    expect(seen.at(-1)).toBeGreaterThanOrEqual(300)
    expect(seen.at(-1)).toBeLessThan(450)
    expect(cache.stats().memory.entries).toBe(300)
    await cache.close()
    expect(clock.timers).toBe(0)
  })

  test.each<[string, unknown]>([
    ['memory.advise', { advise: 'yes' }],
    ['memory.advise', { advise: false, resize: { min: 1, max: 2 } }],
    ['memory.resize', { resize: true }],
    ['memory.resize.most', { resize: { min: 1, max: 2, most: 3 } }],
    ['memory.resize.min', { resize: { max: 100 } }],
    ['memory.resize.min', { resize: { min: 0, max: 100 } }],
    ['memory.resize.min', { resize: { min: 101, max: 100 } }],
    ['memory.resize.min', { resize: { min: '1mb', max: 100 } }],
    ['memory.resize.max', { resize: { min: '1mb', max: '2apples' } }],
    ['memory.resize.max', { maxEntries: 50, resize: { min: 10, max: 100 } }],
    ['memory.resize.max', { maxBytes: '1mb', resize: { min: '1mb', max: '2mb' } }],
    ['memory.resize.max', { maxBytes: '1mb', eviction: 'adaptive', resize: { min: 10, max: 100 } }],
    ['memory.resize.everyMs', { resize: { min: 10, max: 100, everyMs: 5 } }],
  ])('refuses what cannot be: %s in %o', (path, memory) => {
    expect(() => createCache({ memory } as CacheOptions)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', path }),
    )
  })

  test('goes by bytes where it is told sizes, with the policy that does', async () => {
    await using cache = createCache({ memory: { eviction: 'adaptive', resize: { min: '1mb', max: '4mb' } } })
    expect(cache.memory.limits).toStrictEqual({ maxEntries: 10_000, maxBytes: 4 * 1024 ** 2 })
    expect(cache.memory.advise()).toMatchObject({ policy: 'size-aware', unit: 'bytes' })
  })
})
