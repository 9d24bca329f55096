import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Successors } from '../../../src/predict/successors.ts'

const [A, B, C] = [1, 2, 3]

/** What a table says of a key: its successor's text and how sure it is. */
function says(table: Successors, key: number): { text: string | undefined; confidence: number } | undefined {
  const slot = table.slotOf(key)
  return slot === undefined ? undefined : { text: table.text(slot), confidence: table.confidence(slot) }
}

test('a successor is sure when it came twice in a row, and surer each time, up to 7', () => {
  const table = new Successors(64)
  expect(says(table, A)).toBeUndefined()
  table.learn(A, B, 'b')
  expect(says(table, A)).toStrictEqual({ text: undefined, confidence: 1 })
  table.learn(A, B, 'b')
  expect(says(table, A)).toStrictEqual({ text: 'b', confidence: 2 })
  expect(table.next(table.slotOf(A) ?? -1)).toBe(B)
  for (let i = 0; i < 10; i++) table.learn(A, B, 'b')
  expect(says(table, A)).toStrictEqual({ text: 'b', confidence: 7 })
  expect([table.size, table.sure]).toStrictEqual([1, 1])
})

test('one that does not come loses its confidence step by step, and then its place', () => {
  const table = new Successors(64)
  for (let i = 0; i < 3; i++) table.learn(A, B, 'b')
  table.learn(A, C, 'c')
  expect(says(table, A)).toStrictEqual({ text: 'b', confidence: 2 })
  table.learn(A, C, 'c')
  expect(says(table, A)).toStrictEqual({ text: undefined, confidence: 1 })
  table.learn(A, C, 'c')
  table.learn(A, C, 'c')
  expect(says(table, A)).toStrictEqual({ text: undefined, confidence: 1 })
  table.learn(A, C, 'c')
  expect(says(table, A)).toStrictEqual({ text: 'c', confidence: 2 })
})

test('a key that is new drives out what is neither sure nor used, not what is', () => {
  const table = new Successors(4)
  for (let i = 0; i < 5; i++) table.learn(A, B, 'b')
  for (let key = 10; key < 60; key++) table.learn(key, B, 'b')
  expect(says(table, A)).toStrictEqual({ text: 'b', confidence: 5 })
  // Until it is neither any more: what was sure once is not kept for ever.
  for (let i = 0; i < 5; i++) table.learn(A, C, 'c')
  for (let key = 60; key < 70; key++) table.learn(key, B, 'b')
  expect(says(table, A)).toBeUndefined()
})

test('it never holds more than it was made for, nor texts of what it does not hold', () => {
  const reads = fc.array(
    fc.tuple(
      fc.integer().filter(hash => hash !== 0),
      fc.nat(3),
    ),
    { maxLength: 400 },
  )
  fc.assert(
    fc.property(reads, fc.integer({ min: 4, max: 40 }), (pairs, keys) => {
      const table = new Successors(keys)
      for (const [key, next] of pairs)
        for (let i = 0; i < 3; i++) table.learn(key, next + 1, `text ${next + 1}`)
      expect(table.size).toBeLessThanOrEqual(keys + 3)
      const sure = [...new Set(pairs.map(([key]) => key))]
        .map(key => table.slotOf(key))
        .filter(slot => slot !== undefined)
        .filter(slot => table.text(slot) !== undefined)
      expect(sure).toHaveLength(table.sure)
      for (const slot of sure) {
        expect(table.confidence(slot)).toBeGreaterThanOrEqual(Successors.SURE)
        expect(table.text(slot)).toBe(`text ${table.next(slot)}`)
      }
    }),
  )
})
