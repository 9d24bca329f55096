import { expect, test } from 'vitest'
import { tokens } from '../../src/token.ts'

test('tokens are eight characters that fit the log, and none comes twice, from one source or from two', () => {
  const [one, other] = [tokens(), tokens()]
  const drawn = Array.from({ length: 1000 }, () => [one(), other()]).flat()
  for (const token of drawn) expect(token).toMatch(/^[\w-]{8}$/)
  expect(new Set(drawn).size).toBe(2000)
})
