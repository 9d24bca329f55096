import { expect, test } from 'vitest'
import { rememberingHash } from '../../../src/predict/hashes.ts'

test('a key has one hash, remembered or not, of 32 bits', () => {
  const hash = rememberingHash(3)
  const keys = Array.from({ length: 50 }, (_, i) => `key:${i}`)
  const first = keys.map(hash)
  expect(keys.map(hash)).toStrictEqual(first)
  expect(keys.toReversed().map(hash)).toStrictEqual(first.toReversed())
  expect(new Set(first).size).toBe(50)
  for (const one of first) expect(one | 0).toBe(one)
})

test('nobody can choose keys that meet: each has a secret of its own', () => {
  expect(rememberingHash(1)('key')).not.toBe(rememberingHash(1)('key'))
})
