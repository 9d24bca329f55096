import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyOf, keyOfUrl } from '../src/response-key.ts'
import { parseTarget } from '../src/target.ts'

describe('parseTarget', () => {
  test('sorts parameters by name, and keeps the order of those of one name', () => {
    expect(parseTarget('/a?b=2&a=1&b=1&&', undefined)).toEqual({
      path: '/a',
      query: 'a=1&b=2&b=1',
      rewritten: '/a?a=1&b=2&b=1',
    })
    expect(parseTarget('/a?a=1&b=2', undefined)?.rewritten).toBeUndefined()
    expect(parseTarget('/a?', undefined)).toEqual({ path: '/a', query: '', rewritten: '/a' })
  })

  test('keeps the parameters that matter, by their decoded name', () => {
    const page = new Set(['page'])
    expect(parseTarget('/a?x=1&page=2', page)?.query).toBe('page=2')
    expect(parseTarget('/a?%70age=2', page)?.query).toBe('%70age=2')
    expect(parseTarget('/a?x=1;page=2', page)?.query).toBe('')
    expect(parseTarget('/a?page%=1', page)?.query).toBe('')
  })

  test.each([
    '',
    'a',
    '*',
    '//a',
    '/a//b',
    '/a/./b',
    '/a/..',
    '/a/../b',
    '/a;b',
    '/a%2fb',
    '/a%2Fb',
    '/a%5Cb',
    '/%2e%2e/b',
    '/a%00',
    '/a%0a',
    '/a%7f',
    '/a%252f',
    '/a%zz',
    '/a\\b',
    '/a b',
    '/å',
    'http://evil/a',
    '/a?b#c',
    '/a?\uD800',
  ])('refuses %s', url => {
    expect(parseTarget(url, undefined)).toBeUndefined()
  })

  test.each(['/', '/a/', '/a.css', '/.well-known/x', '/a...b', '/%C3%A5', "/~a/(b)!$&'*+,=:@"])(
    'takes %s',
    url => {
      expect(parseTarget(url, undefined)?.path).toBe(url)
    },
  )
})

describe('keyOf', () => {
  test('different parts are different keys', () => {
    const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        expect(keyOf(a)).not.toBe(keyOf(b))
      }),
    )
  })

  test('a URL’s key begins with its path, then its origin', () => {
    expect(keyOfUrl('/jobs')).toBe('/jobs')
    expect(keyOfUrl('/jobs', 'http://a:80', '')).toBe('/jobs:http%3A//a%3A80:%')
  })
})
