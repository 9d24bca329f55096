import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recency } from '../../src/memory/advisor/recency.ts'

const SLOTS = 256

test('tells how many slots were used since one was, as a list of them does', () => {
  const step = fc.record({
    slot: fc.integer({ min: 0, max: SLOTS - 1 }),
    gone: fc.integer({ min: 0, max: 9 }),
  })
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 60 }),
      (steps, rounds) => {
        const recency = new Recency(SLOTS)
        const newest: number[] = []
        for (let round = 0; round < rounds; round++) {
          for (const { slot, gone } of steps) {
            const used = (slot + 7 * round) % SLOTS
            const at = newest.indexOf(used)
            expect(recency.touch(used)).toBe(at)
            if (at >= 0) newest.splice(at, 1)
            newest.unshift(used)
            if (gone === 0) {
              recency.remove(recency.oldest())
              newest.pop()
            }
            expect(recency.oldest()).toBe(newest.at(-1) ?? -1)
          }
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('goes on when its places are used up, many times over', () => {
  const recency = new Recency(SLOTS)
  for (let i = 0; i < 20 * SLOTS; i++) expect(recency.touch(i % SLOTS)).toBe(i < SLOTS ? -1 : SLOTS - 1)
  recency.remove(3)
  recency.remove(3)
  expect(recency.touch(3)).toBe(-1)
})
