import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CacheError, shown } from '../../src/errors.ts'

test('an error says what, where, and from which error below', () => {
  const cause = new Error('below')
  const error = new CacheError('E_REDIS', 'It failed.', { path: 'redis', value: 0, cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'CacheError',
    code: 'E_REDIS',
    message: 'It failed.',
    path: 'redis',
    value: 0,
    cause,
  })
  expect('cause' in new CacheError('E_KEY', 'x')).toBe(false)
})

test.each([
  ['a', '"a"'],
  [() => 1, 'a function'],
  [[1], 'an array'],
  [{ password: 'secret' }, 'an object'],
  [null, 'null'],
  [undefined, 'undefined'],
  [5n, '5'],
  [Symbol('s'), 'Symbol(s)'],
  [Object.create(null), 'an object'],
  ['line\nbreak', String.raw`"line\nbreak"`],
])('%o is shown as %s', (value, text) => {
  expect(shown(value)).toBe(text)
})

test('whatever is shown fits a line', () => {
  fc.assert(
    fc.property(fc.anything(), value => {
      expect(shown(value).length).toBeLessThanOrEqual(60)
      expect(shown(value)).not.toContain('\n')
    }),
  )
})
