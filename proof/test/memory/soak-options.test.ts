import { describe, expect, test } from 'vitest'
import { readSoakOptions } from '../../src/soak/options.ts'

test('a soak is of two hours and eight instances unless told', () => {
  expect(readSoakOptions([])).toMatchObject({ minutes: 120, instances: 8, seed: 1, json: false, help: false })
})

test('options are read, also behind the -- that package managers pass on', () => {
  const argv = ['--', '--minutes', '0.5', '--instances', '3', '--seed', '9', '--out', 'x', '--json']
  expect(readSoakOptions(argv)).toEqual({
    minutes: 0.5,
    instances: 3,
    seed: 9,
    out: 'x',
    json: true,
    help: false,
  })
})

describe('what cannot be is refused by name', () => {
  test.each([
    [['--minutes', 'long'], /--minutes takes a number from 0.5/],
    [['--minutes', '0'], /--minutes/],
    [['--instances', '2.5'], /--instances takes a whole number/],
    [['--seed', '-1'], /seed/],
    [['--out', ' '], /--out takes the folder/],
    [['--speed', '1'], /--speed/],
  ])('%j', (argv, message) => {
    expect(() => readSoakOptions(argv)).toThrow(message)
  })
})
