import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Entry } from '../../src/entry.ts'
import { createTier } from '../../src/memory/create-tier.ts'
import { DecodedSize, estimateBytes } from '../../src/memory/size.ts'
import { type MemoryTier, NO_MEMORY } from '../../src/memory/tier.ts'

const entry = (bytes = 0): Entry =>
  new Entry('v', { bornAt: 0, freshUntil: 1, staleUntil: 1 }, 0, 0, [], bytes, {
    trustedUntil: 0,
    generation: 0,
  })

function tier(maxEntries: number, maxBytes?: number): { memory: MemoryTier; evicted: string[] } {
  const evicted: string[] = []
  const onEvict = (id: string): void => void evicted.push(id)
  return { memory: createTier('lru', () => 0, { maxEntries, maxBytes, onEvict }), evicted }
}

describe('the tier in memory', () => {
  test('the least recently used goes first; a peek is no use', () => {
    const { memory, evicted } = tier(2)
    memory.set('a', entry())
    memory.set('b', entry())
    memory.get('a')
    memory.peek('b')
    memory.set('c', entry())
    expect(evicted).toStrictEqual(['b'])
    expect([memory.count, memory.evictions]).toStrictEqual([2, 1])
    expect(Array.from(memory.entries(), ([id]) => id).sort()).toStrictEqual(['a', 'c'])
  })

  test('only what has to make room is evicted: not what is replaced, deleted or cleared', () => {
    const { memory, evicted } = tier(2)
    memory.set('a', entry())
    memory.set('a', entry())
    expect([memory.delete('a'), memory.delete('a')]).toStrictEqual([true, false])
    memory.set('b', entry())
    memory.clear()
    expect([evicted, memory.count, memory.evictions]).toStrictEqual([[], 0, 0])
  })

  test('it stays within its bytes, and what is larger than all of it drives nothing out', () => {
    const { memory, evicted } = tier(1000, 2400)
    memory.set('a', entry(800))
    memory.set('b', entry(800))
    expect(memory.bytes).toBeGreaterThan(1600)
    memory.set('huge', entry(5000))
    expect([memory.peek('huge'), memory.count, evicted]).toStrictEqual([undefined, 2, []])
    memory.set('c', entry(800))
    expect(evicted).toStrictEqual(['a'])
    expect(memory.bytes).toBeLessThanOrEqual(2400)
  })

  test('a value too large for it does not leave the one before it under the key', () => {
    const { memory } = tier(1000, 2000)
    memory.set('a', entry(10))
    memory.set('a', entry(5000))
    expect(memory.peek('a')).toBe(undefined)
  })

  test('empty values and their keys count too', () => {
    const { memory } = tier(100_000, 100_000)
    for (let i = 0; i < 10_000; i++) memory.set(`key:${i}`, entry(0))
    expect(memory.count).toBeLessThan(1000)
  })

  test('without a limit in bytes nothing is weighed', () => {
    const { memory } = tier(2)
    memory.set('a', entry(1e12))
    expect([memory.count, memory.bytes]).toStrictEqual([1, 0])
  })

  test('no tier in memory keeps nothing', () => {
    NO_MEMORY.set('a', entry())
    expect([NO_MEMORY.get('a'), NO_MEMORY.delete('a'), [...NO_MEMORY.entries()]]).toStrictEqual([
      undefined,
      false,
      [],
    ])
  })
})

describe('the estimate of a value', () => {
  test('grows with its text, bytes and parts', () => {
    const grows = (make: (n: number) => unknown, perUnit: number): void => {
      const growth = estimateBytes(make(2000)) - estimateBytes(make(1000))
      expect(growth / 1000).toBeGreaterThan(perUnit * 0.5)
      expect(growth / 1000).toBeLessThan(perUnit * 3)
    }
    grows(n => 'x'.repeat(n), 1)
    grows(n => Buffer.alloc(n), 1)
    grows(n => new Uint8Array(n).buffer, 1)
    grows(n => Array.from({ length: n }, (_, i) => i), 8)
    grows(n => new Set(Array.from({ length: n }, (_, i) => i)), 32)
    grows(n => new Map(Array.from({ length: n }, (_, i) => [i, i])), 48)
    grows(n => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'x'.repeat(20)])), 120)
    grows(n => Array.from({ length: n }, (_, i) => ({ id: i, name: 'x'.repeat(20) })), 130)
  })

  test('of values that come encoded is right on average, although most of them are not looked at', () => {
    const sizes = new DecodedSize()
    const values = Array.from({ length: 1000 }, (_, i) =>
      Array.from({ length: i % 50 }, (_, j) => ({ i, j })),
    )
    const sum = (of: (value: unknown) => number): number => values.reduce((all, value) => all + of(value), 0)
    const share = sum(value => sizes.of(value, JSON.stringify(value).length)) / sum(estimateBytes)
    expect(share).toBeGreaterThan(0.8)
    expect(share).toBeLessThan(1.2)
  })

  test('scales up from what it looked at', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: 'x'.repeat(100) }))
    const bytes = estimateBytes(rows)
    expect(bytes).toBeGreaterThan(100_000 * 100 * 0.5)
    expect(bytes).toBeLessThan(100_000 * 300)
  })

  test('looks at no more than its share of a large value', () => {
    let looked = 0
    const rows = Array.from({ length: 20_000 }, () =>
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get: () => {
          looked++
          return 1
        },
      }),
    )
    estimateBytes(rows)
    expect(looked).toBeLessThanOrEqual(2000)
  })

  test('is a positive whole number for anything, cycles included', () => {
    const loop: unknown[] = [1]
    loop.push(loop, { loop })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything({
            withMap: true,
            withSet: true,
            withTypedArray: true,
            withDate: true,
            withBigInt: true,
            withNullPrototype: true,
          }),
          fc.constant(loop),
        ),
        value => {
          const bytes = estimateBytes(value)
          expect(Number.isSafeInteger(bytes) && bytes > 0).toBe(true)
        },
      ),
    )
  })
})
