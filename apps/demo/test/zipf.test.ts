import { expect, test } from 'vitest'
import { createZipf } from '../src/load/zipf.ts'

const shares = (count: number, exponent: number): number[] => {
  const zipf = createZipf(count, exponent)
  const drawn = Array<number>(count).fill(0)
  const draws = 100_000
  for (let n = 0; n < draws; n++) {
    const rank = zipf((n + 0.5) / draws)
    drawn[rank] = (drawn[rank] ?? 0) + 1 / draws
  }
  return drawn
}

test('a rank is drawn with the share that the law gives it', () => {
  const harmonic = [1, 2, 3, 4, 5].reduce((sum, rank) => sum + 1 / rank, 0)
  shares(5, 1).forEach((share, rank) => expect(share).toBeCloseTo(1 / (rank + 1) / harmonic, 3))
})

test('exponent 0 draws all ranks alike', () => {
  for (const share of shares(8, 0)) expect(share).toBeCloseTo(1 / 8, 3)
})

test('the ends of the interval are the first and the last rank', () => {
  const zipf = createZipf(1000, 1)
  expect(zipf(0)).toBe(0)
  expect(zipf(1 - Number.EPSILON)).toBe(999)
  expect(createZipf(1, 1)(0.5)).toBe(0)
})
