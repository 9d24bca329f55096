import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Floor } from '../../src/history/floor.ts'

const point = (time: number, version: number): readonly [number, { readonly version: number }] => [
  time,
  { version },
]

describe('a floor', () => {
  test('is the highest version of the points before a time, not at it', () => {
    const floor = new Floor([point(10, 1), point(20, 3), point(30, 2)])
    expect([5, 10, 10.5, 20, 25, 100].map(time => floor.at(time)?.version)).toEqual([
      undefined,
      undefined,
      1,
      1,
      3,
      3,
    ])
  })

  test('never rises by what never happened', () => {
    expect(new Floor([point(Infinity, 1)]).at(1e12)).toBeUndefined()
  })

  test('is what looking at every point would give', () => {
    const points = fc.array(fc.tuple(fc.nat(30), fc.nat(10)), { maxLength: 30 })
    fc.assert(
      fc.property(points, fc.nat(31), (list, time) => {
        const before = list.filter(([at]) => at < time).map(([, version]) => version)
        const highest = before.length === 0 ? undefined : Math.max(...before)
        expect(new Floor(list.map(([at, version]) => point(at, version))).at(time)?.version).toBe(highest)
      }),
    )
  })
})
