import { expect, test } from 'vitest'
import { stalenessOf } from '../src/suites/mixed/stale.ts'
import { randomOf } from '../src/random.ts'
import { zipf } from '../src/suites/mixed/zipf.ts'

const writes = [
  { key: 1, version: 1, doneAt: 100 },
  { key: 1, version: 2, doneAt: 200 },
  { key: 2, version: 9, doneAt: 50 },
]

test('a read is stale that began after a newer write was acknowledged', () => {
  const reads = [
    { key: 1, version: 0, begunAt: 99 }, // nothing was acknowledged yet
    { key: 1, version: 1, begunAt: 150 },
    { key: 1, version: 2, begunAt: 150 }, // before its acknowledgement, which is no fault
    { key: 1, version: 0, begunAt: 250 },
    { key: 3, version: 0, begunAt: 999 }, // never written
  ]
  expect(stalenessOf(writes, reads)).toEqual({ reads: 5, stale: 1, worstMs: 150 })
})

test('nothing read is nothing stale', () => {
  expect(stalenessOf(writes, [])).toEqual({ reads: 0, stale: 0, worstMs: 0 })
})

test('the first of a Zipf choice is as likely as the law says, the same each time', () => {
  const draw = (): number[] => {
    const pick = zipf(1000, 1, randomOf(7))
    return Array.from({ length: 20_000 }, pick)
  }
  const drawn = draw()
  expect(draw()).toEqual(drawn)
  const share = (index: number): number => drawn.filter(other => other === index).length / drawn.length
  expect(share(0)).toBeCloseTo(1 / 7.485, 1.5)
  expect(share(0) / share(1)).toBeCloseTo(2, 0)
  expect(Math.max(...drawn)).toBeLessThan(1000)
})
