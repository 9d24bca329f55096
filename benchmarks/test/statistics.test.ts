import { describe, expect, test } from 'vitest'
import { quantile, ratios, rotated, summarize } from '../src/statistics.ts'

describe('summarize', () => {
  test('gives median and quartiles whatever the order', () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, q1: 2, q3: 4, n: 5 })
  })

  test('lies between two values where none is in the middle', () => {
    expect(summarize([4, 1, 3, 2])).toEqual({ median: 2.5, q1: 1.75, q3: 3.25, n: 4 })
  })

  test('sorts numbers as numbers', () => {
    expect(summarize([10, 9, 100]).median).toBe(10)
  })

  test('one value is all three', () => {
    expect(summarize([7])).toEqual({ median: 7, q1: 7, q3: 7, n: 1 })
  })

  test('refuses no values, and what is no measurement', () => {
    expect(() => summarize([])).toThrow('no values')
    expect(() => summarize([1, Number.NaN])).toThrow('NaN is not a measurement')
  })
})

test('the 99th percentile of 0 to 100 is 99', () => {
  expect(
    quantile(
      Array.from({ length: 101 }, (_, i) => 100 - i),
      0.99,
    ),
  ).toBeCloseTo(99)
})

describe('ratios', () => {
  test('are taken inside a round, so a slow round changes nothing', () => {
    expect(ratios([2, 20, 200], [1, 10, 100])).toEqual({ median: 2, q1: 2, q3: 2, n: 3 })
  })

  test('refuse rounds without an anchor, and an anchor of nothing', () => {
    expect(() => ratios([1, 2], [1])).toThrow('2 rounds')
    expect(() => ratios([1], [0])).toThrow('not a measurement')
  })
})

describe('rotated', () => {
  test('gives each contender each place', () => {
    const places = [0, 1, 2].map(round => rotated(['a', 'b', 'c'], round).indexOf('a'))
    expect(new Set(places)).toEqual(new Set([0, 1, 2]))
  })

  test('turns round after each cycle, so that nobody always follows the same one', () => {
    expect(rotated(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c'])
    expect(rotated(['a', 'b', 'c'], 3)).toEqual(['c', 'b', 'a'])
  })

  test('of nobody is nobody', () => {
    expect(rotated([], 3)).toEqual([])
  })
})
