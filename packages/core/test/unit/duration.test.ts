import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBytes, parseDuration, parseDurationOrZero } from '../../src/duration.ts'
import { errorOf } from './support.ts'

test.each([
  [1, 1],
  [1500, 1500],
  [1.6, 2],
  ['250ms', 250],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  [' 5 M ', 300_000],
  ['3650d', 315_360_000_000],
])('%o is a duration of %d ms', (value, ms) => {
  expect(parseDuration(value, 'ttl')).toBe(ms)
})

test.each([
  [0],
  [-1],
  [0.4],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  ['0s'],
  ['0.9ms'],
  ['3651d'],
  ['-5m'],
  ['5'],
  ['5 weeks'],
  ['5constructor'],
  ['m'],
  [''],
  ['1e3s'],
  [null],
  [undefined],
  [true],
  [{}],
  [['5m']],
  [5n],
])('%o is refused as a duration with its path and value', value => {
  const error = errorOf(() => parseDuration(value, 'types.user.ttl'))
  expect(error).toMatchObject({ code: 'E_TTL', path: 'types.user.ttl', value })
  expect(error.message).toContain('types.user.ttl')
})

test('only the number 0 means "none"', () => {
  expect(parseDurationOrZero(0, 'grace')).toBe(0)
  expect(parseDurationOrZero('1s', 'grace')).toBe(1000)
  for (const value of ['0s', -1, null, undefined]) {
    expect(errorOf(() => parseDurationOrZero(value, 'grace')).code).toBe('E_TTL')
  }
})

test('sizes are powers of 1024', () => {
  expect(['512b', '4kb', '64MB', '1gb', 9].map(size => parseBytes(size, 'maxBytes'))).toStrictEqual([
    512, 4096, 67_108_864, 1_073_741_824, 9,
  ])
  for (const value of [0, -1, Number.NaN, '0kb', '4k', '5m', '9007199254740992gb', null, {}]) {
    expect(errorOf(() => parseBytes(value, 'memory.maxBytes'))).toMatchObject({
      code: 'E_OPTION',
      path: 'memory.maxBytes',
      value,
    })
  }
})

test('whatever it is given, a duration is whole ms from 1 to ten years, or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.double(),
        fc
          .tuple(
            fc.double({ min: -10, max: 1e6, noNaN: true }),
            fc.constantFrom('ms', 's', 'm', 'h', 'd', 'kb'),
          )
          .map(([n, unit]) => `${n}${unit}`),
      ),
      value => {
        let ms: number
        try {
          ms = parseDuration(value, 'ttl')
        } catch (error) {
          return (error as { code?: string }).code === 'E_TTL'
        }
        return Number.isInteger(ms) && ms >= 1 && ms <= 315_360_000_000
      },
    ),
  )
})
