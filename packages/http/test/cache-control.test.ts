import { describe, expect, test } from 'vitest'
import { parseCacheControl, secondsOf } from '../src/cache-control.ts'

const entries = (field: string | string[] | undefined) => Object.fromEntries(parseCacheControl(field))

describe('parseCacheControl', () => {
  test('reads names in any case, tokens and quoted arguments', () => {
    expect(entries('Max-Age=60, NO-STORE,private="x-a, no-cache",  s-maxage = "9"')).toEqual({
      'max-age': '60',
      'no-store': true,
      private: 'x-a, no-cache',
      's-maxage': '9',
    })
  })

  test('takes a directive for given whatever stands behind it', () => {
    for (const field of ['no-store=1', 'no-store="yes"', ';no-store', 'x no-store', 'no-store;private']) {
      expect(parseCacheControl(field).has('no-store'), field).toBe(true)
    }
  })

  test('of a directive given twice it keeps what restricts more', () => {
    expect(entries('max-age=60, max-age=5')).toEqual({ 'max-age': '5' })
    expect(entries('max-age=5, max-age=60')).toEqual({ 'max-age': '5' })
    expect(entries('private="x", private')).toEqual({ private: true })
    expect(secondsOf(parseCacheControl('max-age=5, max-age=x'), 'max-age')).toBe(0)
  })

  test('is empty for nothing, and joins several fields', () => {
    expect(entries(undefined)).toEqual({})
    expect(entries('')).toEqual({})
    expect(entries(['public', 'max-age=1'])).toEqual({ public: true, 'max-age': '1' })
  })
})

describe('secondsOf', () => {
  test.each([
    ['max-age=60', 60],
    ['max-age=0', 0],
    ['max-age=-5', 0],
    ['max-age=1.5', 0],
    ['max-age', 0],
    ['max-age=99999999999999', 2 ** 31],
    ['public', undefined],
  ])('%s gives %s', (field, seconds) => {
    expect(secondsOf(parseCacheControl(field), 'max-age')).toBe(seconds)
  })
})
