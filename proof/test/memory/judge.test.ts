import { describe, expect, test } from 'vitest'
import { randomOf } from '../../src/random.ts'
import { judge, resolution } from '../../src/soak/judge.ts'
import type { Sample } from '../../src/soak/messages.ts'
import type { Seen } from '../../src/soak/soak.ts'
import { type Point, trendOf } from '../../src/soak/trend.ts'

const MB = 2 ** 20

describe('a trend', () => {
  test('is the slope of a straight line, exactly', () => {
    const trend = trendOf(Array.from({ length: 20 }, (_, i): Point => [i / 10, 5 + 3 * (i / 10)]))
    expect(trend?.slope).toBeCloseTo(3)
    expect(trend?.level).toBeCloseTo(5)
    expect(trend?.low).toBeCloseTo(3)
    expect(trend?.high).toBeCloseTo(3)
  })

  test('is not told from a few points', () => {
    expect(
      trendOf([
        [0, 1],
        [1, 2],
        [2, 3],
      ]),
    ).toBeUndefined()
  })

  test('has an interval that holds the true slope about as often as it says', () => {
    const random = randomOf(7)
    const held = Array.from({ length: 400 }, () => {
      const trend = trendOf(noisy(60, 2, () => random() - 0.5))
      return trend !== undefined && trend.low <= 2 && 2 <= trend.high
    })
    const share = held.filter(Boolean).length / held.length
    expect(share).toBeGreaterThan(0.92)
    expect(share).toBeLessThan(1)
  })

  test('is less sure where neighbours resemble each other', () => {
    const random = randomOf(7)
    let drift = 0
    const wandering = (): number => (drift = 0.9 * drift + 0.44 * (random() - 0.5))
    const width = (points: Point[]): number => {
      const trend = trendOf(points)
      return trend === undefined ? 0 : trend.high - trend.low
    }
    expect(width(noisy(120, 0, wandering))).toBeGreaterThan(2 * width(noisy(120, 0, () => random() - 0.5)))
  })
})

describe('memory of a soak of two hours', () => {
  test('that grows by 3 MB an hour is a leak', () => {
    const leaks = judge(seen(120, 3)).filter(one => one.leaks && one.instance === undefined)
    expect(leaks.map(({ what }) => what)).toContain('heap')
  })

  test('that stays is none, in any instance', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(judge(seen(120, 0, seed)).filter(({ leaks }) => leaks)).toEqual([])
  })

  test('that grows in one instance only is a leak of that one', () => {
    const leaks = judge(seen(120, instance => (instance === 2 ? 5 : 0))).filter(({ leaks: is }) => is)
    expect(leaks.map(({ instance }) => instance)).toContain(2)
  })
})

describe('memory of a soak of a minute', () => {
  test('is a leak where it is a flood', () => {
    expect(judge(seen(1, 2000)).some(({ leaks }) => leaks)).toBe(true)
  })

  test('says how little it can show', () => {
    expect(resolution(judge(seen(1, 0))).heap).toBeGreaterThan(100)
    expect(resolution(judge(seen(120, 0))).heap).toBeLessThan(2)
  })
})

function noisy(count: number, slope: number, noise: () => number): Point[] {
  return Array.from({ length: count }, (_, i): Point => [i / 60, slope * (i / 60) + noise()])
}

/** Four instances whose heaps and RSS grow by so many MB an hour, and scatter. */
function seen(minutes: number, growth: number | ((instance: number) => number), seed = 1): Seen {
  const random = randomOf(seed)
  const of = typeof growth === 'number' ? (): number => growth : growth
  const moments = Array.from({ length: 120 }, (_, i) => {
    const at = ((i + 1) * minutes) / 120
    const samples = new Map([0, 1, 2, 3].map(one => [one, sample(20 + (of(one) * at) / 60 + random() - 0.5)]))
    return { minutes: at, samples, redisBytes: 5 * MB }
  })
  return {
    moments,
    minutes,
    complete: true,
    faults: new Map(),
    violations: [],
    deaths: [],
    judged: 0,
    worstMs: 0,
  }
}

function sample(megabytes: number): Sample {
  const heap = megabytes * MB
  const counts = { reads: 0, hits: 0, misses: 0, loads: 0, writes: 0, deferred: 0, errors: 0, timeouts: 0 }
  return {
    heap,
    rss: heap + 100 * MB,
    external: 0,
    lagMs: 0,
    ...counts,
    coherent: true,
    tables: [],
    beyond: [],
  }
}
