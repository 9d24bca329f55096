import { expect, test } from 'vitest'
import { bytesOf } from '../../src/memory/heap.ts'
import { type Check, holds } from '../../src/memory/part.ts'

test('a check holds up to its limit', () => {
  const check: Check = { what: 'slots', is: 8, limit: 8, unit: 'entries' }
  expect([holds(check), holds({ ...check, is: 9 })]).toEqual([true, false])
})

test('heaps are not measured where garbage cannot be collected', () => {
  expect(globalThis.gc).toBeUndefined()
  expect(() => bytesOf(() => 1)).toThrow('--expose-gc')
})
