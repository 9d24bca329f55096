import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Ghosts } from '../../src/memory/ghosts.ts'
import { hashUnder } from '../../src/memory/hash.ts'
import { FrequencySketch } from '../../src/memory/sketch.ts'
import { hash } from './support.ts'

describe('the sketch of frequencies', () => {
  test('never says less than it was told, up to 15, halved as often as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(20))), all => {
        const sketch = new FrequencySketch(20)
        const told = new Map<number, number>()
        for (const [key, count] of all) {
          if (count > 15) {
            sketch.halve()
            for (const [one, most] of told) told.set(one, most >>> 1)
          } else {
            sketch.raise(hash(`k${key}`), count)
            told.set(key, Math.max(told.get(key) ?? 0, count))
          }
          for (const [one, most] of told) expect(sketch.of(hash(`k${one}`))).toBeGreaterThanOrEqual(most)
        }
      }),
    )
  })

  test('tells as many keys apart as it is made for', () => {
    const sketch = new FrequencySketch(10_000)
    for (let i = 0; i < 10_000; i++) sketch.raise(hash(`k${i}`), i % 10 === 0 ? 12 : 1)
    let wrong = 0
    for (let i = 0; i < 10_000; i++) if (sketch.of(hash(`k${i}`)) !== (i % 10 === 0 ? 12 : 1)) wrong++
    expect(wrong).toBeLessThan(500)
    expect(sketch.of(hash('unknown'))).toBeLessThan(12)
  })
})

describe('the ghosts', () => {
  test('know nearly all of the last keys, none of those before, and forget one that came back', () => {
    const ghosts = new Ghosts(1000)
    for (let i = 0; i < 5000; i++) ghosts.add(hash(`k${i}`))
    expect(ghosts.count).toBe(1000)
    let known = 0
    for (let i = 0; i < 4000; i++) if (ghosts.take(hash(`k${i}`))) known++
    expect(known).toBe(0)
    for (let i = 4000; i < 5000; i++) if (ghosts.take(hash(`k${i}`))) known++
    expect(known).toBeGreaterThan(950)
    expect(ghosts.take(hash('k4999'))).toBe(false)
    ghosts.clear()
    expect([ghosts.count, ghosts.take(hash('k4998'))]).toStrictEqual([0, false])
  })

  test('hold a key that is dropped again and again once', () => {
    const ghosts = new Ghosts(4)
    for (let i = 0; i < 10; i++) ghosts.add(hash('again'))
    expect([ghosts.take(hash('again')), ghosts.take(hash('again'))]).toStrictEqual([true, false])
  })
})

describe('the hash', () => {
  test('depends on each unit, their order, the length and the secret', () => {
    const texts = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'a\0',
      'a\0\0',
      '\0',
      'aa',
      'aaa',
      'ab\u0100',
      'ab\u0101',
      'x'.repeat(99),
    ]
    expect(new Set(texts.map(hash)).size).toBe(texts.length)
    const other = hashUnder(8, 11)
    for (const text of texts) expect(other(text)).not.toBe(hash(text))
  })

  test('spreads keys that differ little over all bits', () => {
    const ones = Array.from({ length: 32 }, () => 0)
    for (let i = 0; i < 4000; i++) {
      const value = hash(`user:${i}`)
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true)
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((value >>> bit) & 1)
    }
    for (const count of ones) expect(Math.abs(count - 2000)).toBeLessThan(200)
  })

  test('lets texts made to meet under one secret meet under no other', () => {
    const met = new Map<number, string>()
    const pairs: (readonly [string, string])[] = []
    for (let i = 0; i < 60_000; i++) {
      const short = hash(`k${i}`) >>> 8
      const before = met.get(short)
      if (before !== undefined) pairs.push([before, `k${i}`])
      met.set(short, `k${i}`)
    }
    const other = hashUnder(123_456, 654_321)
    expect(pairs.length).toBeGreaterThan(20)
    expect(pairs.filter(([a, b]) => other(a) >>> 8 === other(b) >>> 8)).toStrictEqual([])
  })
})
