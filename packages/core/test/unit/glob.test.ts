import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Glob } from '../../src/glob.ts'

test.each([
  ['*a*b*c*d', 'abc'.repeat(341)],
  ['*a*b*c', 'ab'.repeat(512)],
  ['*:*:*:draft', ':'.repeat(1024)],
])('%s takes no long time over a key made to be slow', (pattern, text) => {
  const from = performance.now()
  new Glob(pattern).matches(text)
  expect(performance.now() - from).toBeLessThan(200)
})

test('matches as the regular expression does that says the same', () => {
  const part = fc.constantFrom('a', 'b', '*', '?', ':', '.', '😀')
  const text = fc.array(fc.constantFrom('a', 'b', ':', '*', '?', '.', '😀'), { maxLength: 10 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), text, (pattern, chars) => {
      const source = pattern
        .map(one => (one === '*' ? '[^]*' : one === '?' ? '[^]' : one.replace('.', '\\.')))
        .join('')
      expect(new Glob(pattern.join('')).matches(chars.join(''))).toBe(
        new RegExp(`^${source}$`, 'u').test(chars.join('')),
      )
    }),
  )
})
