import { expect, test } from 'vitest'
import { check } from '../../src/history/check.ts'
import { BOUNDS, Story } from '../history/story.ts'
import { now } from '../../src/real/monotonic.ts'
import { isExcused, STOOD, stoodFor, watchStandstills } from '../../src/real/standstill.ts'

test('a process that stands still is told of it, from before until after', async () => {
  const stood = Promise.withResolvers<[number, number]>()
  const unwatch = watchStandstills((t0, t1) => stood.resolve([t0, t1]))
  const from = now()
  for (const end = from + 150; now() < end;);
  const [t0, t1] = await stood.promise
  unwatch()
  expect(t0).toBeLessThanOrEqual(from)
  expect(t1).toBeGreaterThanOrEqual(from + 150)
})

test('what is counted is what concerns an instance, as far as it lies within the time', () => {
  const faults = [
    { name: STOOD, t0: 0, t1: 100 },
    { name: STOOD, t0: 150, t1: 300, instance: 1 },
    { name: STOOD, t0: 160, t1: 170, instance: 2 },
    { name: 'something else', t0: 0, t1: 1000 },
  ]
  expect(stoodFor(faults, 1, 50, 200)).toBe(50 + 50)
  expect(stoodFor(faults, 2, 50, 200)).toBe(50 + 10)
  expect(stoodFor(faults, 0, 400, 500)).toBe(0)
})

test('what overlaps is counted once', () => {
  const faults = [
    { name: STOOD, t0: 50, t1: 200, instance: 1 },
    { name: STOOD, t0: 0, t1: 100 },
    { name: STOOD, t0: 60, t1: 90 },
  ]
  expect(stoodFor(faults, 1, 0, 1000)).toBe(200)
})

test('a call that is late is excused by what stood still meanwhile, and by no more', () => {
  const story = new Story()
  story.read(0, 1000, { t1: 1600 })
  story.write(1, 2000, { t1: 2300, committedAt: 2300 })
  story.read(0, 5000, { instance: 1 })
  const found = check(story.history, BOUNDS)
  expect(found.map(({ invariant }) => invariant)).toEqual(['bound', 'liveness', 'liveness'])
  const excused = (t1: number): boolean[] =>
    found.map(one =>
      isExcused(
        one,
        [
          { name: STOOD, t0: 1000, t1 },
          { name: STOOD, t0: 2000, t1: t1 + 1000 },
        ],
        BOUNDS,
      ),
    )
  expect(excused(1100)).toEqual([false, true, true])
  expect(excused(1099)).toEqual([false, false, false])
})
