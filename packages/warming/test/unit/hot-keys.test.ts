import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HotWatch, merge, pick } from '../../src/hot-keys.ts'

const record = (key: string, weight: number, idleMs: number) => ({ key, weight, idleMs })
const keysOf = (records: readonly { readonly key: string }[]): string[] => records.map(({ key }) => key)

describe('what was used since the last look', () => {
  test('counts the hits since then, and one for who loaded it', () => {
    const watch = new HotWatch()
    expect(
      watch.look(
        [
          { key: 'a', hits: 4 },
          { key: 'b', hits: 0 },
        ],
        100,
      ),
    ).toStrictEqual([record('a', 5, 0), record('b', 1, 50)])
    const again = watch.look(
      [
        { key: 'b', hits: 3 },
        { key: 'a', hits: 4 },
        { key: 'c', hits: 1 },
      ],
      100,
    )
    expect(again).toStrictEqual([record('b', 3, 0), record('c', 2, 50)])
  })

  test('a value that was loaded again begins anew', () => {
    const watch = new HotWatch()
    watch.look([{ key: 'a', hits: 4 }], 100)
    expect(watch.look([{ key: 'a', hits: 1 }], 100)).toStrictEqual([record('a', 2, 0)])
  })

  test('what was brought into memory unasked is not used until somebody uses it', () => {
    const watch = new HotWatch()
    watch.ignore(['a', 'b'])
    expect(
      watch.look(
        [
          { key: 'a', hits: 0 },
          { key: 'b', hits: 2 },
        ],
        100,
      ),
    ).toStrictEqual([record('b', 2, 0)])
  })
})

describe('merging', () => {
  const merging = { halfLifeMs: 1000, limit: 10 }

  test('adds uses, the old ones by half for each half-life, and keeps the last use', () => {
    const old = [record('a', 8, 0), record('b', 8, 500)]
    expect(merge(old, 2000, [record('b', 1, 70), record('c', 1, 0)], merging)).toStrictEqual([
      record('b', 3, 70),
      record('c', 1, 0),
      record('a', 2, 2000),
    ])
  })

  test('keeps no more than the limit: half those used often, half those used lately', () => {
    const often = Array.from({ length: 20 }, (_, i) => record(`often ${i}`, 1000 - i, 9000))
    const lately = Array.from({ length: 20 }, (_, i) => record(`lately ${i}`, 1, i))
    const kept = keysOf(merge(often, 0, lately, merging))
    expect(kept).toStrictEqual([0, 1, 2, 3, 4].flatMap(i => [`often ${i}`, `lately ${i}`]))
  })
})

test('picking takes each once, never more than there are, and all that are best by either', () => {
  const arbitrary = fc.uniqueArray(fc.record({ key: fc.string(), weight: fc.nat(50), idleMs: fc.nat(50) }), {
    selector: ({ key }) => key,
  })
  fc.assert(
    fc.property(arbitrary, fc.nat(30), (records, limit) => {
      const picked = pick(records, limit)
      expect(picked).toHaveLength(Math.min(limit, records.length))
      expect(new Set(keysOf(picked)).size).toBe(picked.length)
      if (picked.length < 2) return
      const left = records.filter(one => !picked.includes(one))
      expect(Math.max(...picked.map(({ weight }) => weight))).toBe(
        Math.max(...records.map(({ weight }) => weight)),
      )
      // Whoever is left out is better than all in neither respect.
      for (const one of left) {
        expect(picked.some(({ weight }) => weight >= one.weight)).toBe(true)
        expect(picked.some(({ idleMs }) => idleMs <= one.idleMs)).toBe(true)
      }
    }),
  )
})
