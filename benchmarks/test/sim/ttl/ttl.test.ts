import { describe, expect, test } from 'vitest'
import { compare } from '../../../sim/src/ttl/compare.ts'
import { bestOf } from '../../../sim/src/ttl/search.ts'
import { simulate } from '../../../sim/src/ttl/simulate.ts'
import { changesOf } from '../../../sim/src/ttl/updates.ts'
import { type Synthetic, synthetic, underReads, type Workload } from '../../../sim/src/ttl/workloads.ts'

/** A key that changes at 10, 25 and 26, and is read at every whole ms until 40. */
const small: Workload = {
  name: 'small',
  durationMs: 40,
  keys: new Uint32Array(40),
  times: Float64Array.from({ length: 40 }, (_, i) => i),
  changes: [Float64Array.of(10, 25, 26)],
}

describe('the simulation', () => {
  test('counts loads, stale reads and how long they had been stale', () => {
    // Loaded at 0, 8, 16, 24 and 32; stale from 10 to 15 and from 25 to 31, at 25 for 0 ms.
    expect(simulate(small, () => 8)).toStrictEqual({
      reads: 40,
      loads: 5,
      stale: 13,
      loadShare: 5 / 40,
      staleShare: 13 / 40,
      meanStaleAgeMs: (15 + 21) / 40,
    })
  })

  test('tells a policy what a cache would tell it', () => {
    const told: unknown[] = []
    simulate(small, (value, { previous }) => {
      told.push([value, previous?.ageMs, previous?.ttlMs, previous?.hits, previous?.state?.[0]])
      return { ttl: 15.5, state: Uint8Array.of(told.length) }
    })
    expect(told).toStrictEqual([
      [0, undefined, undefined, undefined, undefined],
      [1, 16, 15.5, 15, 1],
      [3, 16, 15.5, 15, 2],
    ])
  })

  test('finds the longest fixed lifetime within a limit', () => {
    const workload = synthetic('poisson', { seed: 3, keys: 50, reads: 20_000 })
    const family = (scale: number) => () => scale
    const best = bestOf(workload, family, { measure: 'staleShare', most: 0.05, from: 1, to: 1e8 })
    expect(best.outcome.staleShare).toBeLessThanOrEqual(0.05)
    expect(simulate(workload, family(best.scale * 1.1)).staleShare).toBeGreaterThan(0.05)
  })

  test('takes changes from a trace of writes', () => {
    const { changes, durationMs } = changesOf([0, 1, 0, 2], [5, 1, 2, 3])
    expect(changes.map(list => [...list])).toStrictEqual([[5, 8], [6], [11]])
    const workload = underReads('trace', changes, durationMs, { seed: 1, reads: 100 })
    expect(workload.times).toStrictEqual(workload.times.toSorted())
    expect(new Set(workload.keys)).toStrictEqual(new Set([0, 1, 2]))
  })
})

/** A third of the day of `synthetic`'s defaults: as many reads of each key, a third of the keys. */
const day = (kind: Synthetic): Workload => synthetic(kind, { seed: 5, keys: 1000, reads: 1_000_000 })

test(
  'at a target of 2 % a third and more of the loads of the best fixed ttl is saved, on a day of which nothing was known',
  { timeout: 300_000 },
  () => {
    const days = (['poisson', 'bursty', 'jumps', 'diurnal'] as const).map(kind => {
      const [adaptive] = compare(day(kind), { staleTarget: 0.02 })
      return { kind, met: adaptive?.met ?? 0, saved: adaptive?.savedAtSame ?? 0 }
    })
    for (const { kind, met, saved } of days) {
      expect(met, kind).toBeGreaterThan(0.6)
      expect(met, kind).toBeLessThan(1.1)
      expect(saved, kind).toBeGreaterThan(0.3)
    }
    expect(days.reduce((sum, { saved }) => sum + saved, 0) / days.length).toBeGreaterThan(0.35)
  },
)

test('at a target of age loads are saved as well', { timeout: 120_000 }, () => {
  const [adaptive] = compare(day('poisson'), { staleAge: 1000 })
  expect(adaptive?.met).toBeGreaterThan(0.5)
  expect(adaptive?.met).toBeLessThan(1.2)
  expect(adaptive?.savedAtSame).toBeGreaterThan(0.1)
})
