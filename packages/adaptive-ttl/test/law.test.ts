import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cubeRootLaw,
  cubeRootPrice,
  squareRootLaw,
  squareRootPrice,
  staleAge,
  staleShare,
} from '../src/law.ts'

const magnitude = (least: number, most: number): fc.Arbitrary<number> =>
  fc.double({ min: least, max: most, noNaN: true }).map(exponent => 10 ** exponent)
const rates = fc.record({
  reads: magnitude(-9, 1),
  changes: magnitude(-11, -1),
  price: magnitude(-6, 6),
})

describe.each([
  ['square-root', squareRootLaw, squareRootPrice, (t: number) => (t * t) / 2],
  ['cube-root', cubeRootLaw, cubeRootPrice, (t: number) => (t * t * t) / 6],
] as const)('the %s law', (_, law, priceOf, harm) => {
  test('gives the lifetime that costs least', () => {
    fc.assert(
      fc.property(rates, one => {
        const { reads, changes, price } = one
        const cost = (t: number): number => (price + reads * changes * harm(t)) / (t + 1 / reads)
        const best = law(one)
        fc.pre(best > 1e-6 && best < 1e15)
        expect(cost(best)).toBeLessThanOrEqual(cost(best * 1.02) * (1 + 1e-9))
        expect(cost(best)).toBeLessThanOrEqual(cost(best / 1.02) * (1 + 1e-9))
      }),
    )
  })

  test('its price is the one at which it gives that lifetime', () => {
    fc.assert(
      fc.property(rates, magnitude(1, 9), (one, ttlMs) => {
        const price = priceOf(one, ttlMs)
        expect(law({ ...one, price }) / ttlMs).toBeCloseTo(1, 6)
      }),
    )
  })
})

test('a key that is read four times as often is refreshed twice as often, a cold one as before', () => {
  const hot = { reads: 1, changes: 1e-6, price: 1 }
  expect(squareRootLaw(hot) / squareRootLaw({ ...hot, reads: 4 })).toBeCloseTo(2, 2)
  const cold = { reads: 1e-9, changes: 1e-3, price: 1 }
  expect(squareRootLaw(cold) / squareRootLaw({ ...cold, reads: 4e-9 })).toBeCloseTo(1, 2)
})

test.each([
  ['slow changes', 1e-9, 60_000, 60_000],
  ['about one change', 1 / 60_000, 60_000, 90_000],
  ['many changes', 1 / 1000, 60_000, 60_000],
  ['a read that came long after', 1 / 60_000, 10_000, 600_000],
  ['a load that came before the end', 1 / 60_000, 60_000, 30_000],
])('what a changed value had cost its readers is what integration says: %s', (_, changes, ttlMs, spanMs) => {
  const served = Math.min(ttlMs, spanMs)
  const steps = 20_000
  let [share, age] = [0, 0]
  for (let i = 0; i < steps; i++) {
    const at = ((i + 0.5) / steps) * served
    const density = (changes * Math.exp(-changes * at) * served) / steps
    share += (density * (served - at)) / served
    age += (density * (served - at) ** 2) / (2 * served)
  }
  const changed = -Math.expm1(-changes * spanMs)
  expect(staleShare(changes, ttlMs, spanMs) / (share / changed)).toBeCloseTo(1, 2)
  expect(staleAge(changes, ttlMs, spanMs) / (age / changed)).toBeCloseTo(1, 2)
})
