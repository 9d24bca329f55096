import { describe, expect, test } from 'vitest'
import { observe } from '../src/estimate.ts'
import type { Learnt } from '../src/key-state.ts'
import { chance, HOUR, MINUTE } from './support.ts'

const START: Learnt = { logChanges: -Math.log(MINUTE), reads: 1, spanMs: MINUTE, samples: 0 }

/** The mean estimate over the second half of loads at intervals that differ a hundredfold, of a key that changes at a rate. */
function learnt(everyMs: number, exactly: boolean, seed: number): number {
  const random = chance(seed)
  let estimate = START
  let sum = 0
  const loads = 2000
  for (let i = 0; i < loads; i++) {
    const spanMs = everyMs * 0.05 * 100 ** random()
    const at = -Math.log(random()) * everyMs
    const changed = at < spanMs
    estimate = observe(estimate, {
      spanMs,
      changed,
      unchangedMs: exactly && changed ? at : undefined,
      hits: 0,
      watchedMs: spanMs,
    })
    if (i >= loads / 2) sum += estimate.logChanges
  }
  return Math.exp(-sum / (loads / 2))
}

describe('the change rate', () => {
  test.each([
    [HOUR, false],
    [HOUR, true],
    [1000, false],
    [1000, true],
  ])(
    'is found from irregular looks at a key that changes every %i ms, exact times known: %s',
    (every, exactly) => {
      expect(learnt(every, exactly, 7) / every).toBeGreaterThan(0.75)
      expect(learnt(every, exactly, 7) / every).toBeLessThan(1.35)
    },
  )

  test('is followed when it becomes another, in a few loads', () => {
    let estimate = START
    const look = (changed: boolean): void => {
      estimate = observe(estimate, {
        spanMs: MINUTE,
        changed,
        unchangedMs: undefined,
        hits: 0,
        watchedMs: MINUTE,
      })
    }
    for (let i = 0; i < 100; i++) look(false)
    const calm = Math.exp(-estimate.logChanges)
    for (let i = 0; i < 20; i++) look(true)
    const busy = Math.exp(-estimate.logChanges)
    expect(calm).toBeGreaterThan(10 * MINUTE)
    expect(busy).toBeLessThan(MINUTE)
  })

  test('stays within reason, whatever is seen for however long', () => {
    for (const changed of [true, false]) {
      let estimate = START
      for (let i = 0; i < 5000; i++) {
        const spanMs = changed ? 0 : 1e12
        estimate = observe(estimate, { spanMs, changed, unchangedMs: undefined, hits: 0, watchedMs: 1 })
      }
      expect(Math.exp(-estimate.logChanges)).toBeGreaterThanOrEqual(1)
      expect(Math.exp(-estimate.logChanges)).toBeLessThanOrEqual(101 * 365 * 24 * HOUR)
    }
  })

  test('is not touched where nobody can tell whether the value changed; the read rate is', () => {
    const seen = { spanMs: MINUTE, changed: undefined, unchangedMs: undefined, hits: 59, watchedMs: MINUTE }
    const after = observe(START, seen)
    expect(after).toMatchObject({ logChanges: START.logChanges, samples: 0 })
    expect(after.reads / after.spanMs).toBeGreaterThan(30 / MINUTE)
  })
})

test('the read rate is a fading mean, and stays where reads were not counted', () => {
  let estimate = START
  const seen = { spanMs: MINUTE, changed: false, unchangedMs: undefined, hits: 119 }
  for (let i = 0; i < 30; i++) estimate = observe(estimate, { ...seen, watchedMs: MINUTE })
  expect((estimate.reads / estimate.spanMs) * 1000).toBeCloseTo(2, 1)
  expect(observe(estimate, { ...seen, watchedMs: 0 })).toMatchObject({
    reads: estimate.reads,
    spanMs: estimate.spanMs,
  })
})
