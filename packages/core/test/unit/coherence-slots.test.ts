import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVERYTHING, partitionOf, prefixSlot, slotsOf, tagSlot } from '../../src/coherence/slots.ts'

test('an entry is concerned by everything, by each of its prefixes and by each of its tags', () => {
  expect(slotsOf('@shop:user:1', ['a', 'b'])).toStrictEqual([
    EVERYTHING,
    prefixSlot('@shop'),
    prefixSlot('@shop:user'),
    prefixSlot('@shop:user:1'),
    tagSlot('a'),
    tagSlot('b'),
  ])
  expect(prefixSlot('')).toBe(EVERYTHING)
})

test('slots are the same in every process and version: Redis holds them', () => {
  expect([tagSlot('org:7'), prefixSlot('user'), partitionOf('user:1', 16), tagSlot('größe')])
    .toMatchInlineSnapshot(`
    [
      51254,
      49747,
      8,
      62306,
    ]
  `)
})

test('a slot is a 16-bit number, and no name but the empty prefix is everything', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map(unit => String.fromCharCode(unit)) }), name => {
      for (const slot of [tagSlot(name), prefixSlot(name || 'x')]) {
        expect(Number.isInteger(slot) && slot >= 0 && slot < EVERYTHING).toBe(true)
      }
    }),
  )
})

test('a tag and a prefix of one name are different slots', () => {
  const same = Array.from({ length: 1000 }, (_, i) => `n${i}`).filter(
    name => tagSlot(name) === prefixSlot(name),
  )
  expect(same.length).toBeLessThan(3)
})

test('names and keys spread evenly', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `user:${i}`)
  // 20 000 balls in 65 536 bins hit 17 228 of them on average.
  expect(new Set(names.map(tagSlot)).size).toBeGreaterThan(16_900)
  const counts = Array.from({ length: 16 }, () => 0)
  for (const name of names) counts[partitionOf(name, 16)] = (counts[partitionOf(name, 16)] ?? 0) + 1
  expect(Math.min(...counts)).toBeGreaterThan(1000)
  expect(Math.max(...counts)).toBeLessThan(1500)
  expect(partitionOf('anything', 1)).toBe(0)
})
