import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { randomOf, tierOf, zipf } from './support.ts'

// The models are slow, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

interface Kept {
  readonly weight: number
  uses: number
  priority: number
}

describe('the size-aware policy', () => {
  test('evicts what a slow model of it evicts: the lowest of age + uses / weight, the newcomer last', () => {
    const step = fc.record({ id: fc.nat(30), weight: fc.integer({ min: 1, max: 40 }), kind: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), all => {
        const { memory, evicted } = tierOf('size-aware', 1000, 100)
        const model = new Map<string, Kept>()
        let age = 0
        for (const { id: number, weight, kind } of all) {
          const id = `k${number}`
          const known = model.get(id)
          if (kind === 0) {
            expect(memory.delete(id)).toBe(model.delete(id))
            continue
          }
          if (memory.get(id) !== undefined) {
            if (known === undefined) throw new Error('the model has lost a key')
            known.priority = age + ++known.uses / known.weight
            continue
          }
          memory.set(id, { bytes: weight })
          model.set(id, { weight, uses: 1, priority: age + 1 / weight })
          for (const gone of evicted.splice(0)) {
            const others = [...model].filter(([one]) => one !== id)
            const lowest = Math.min(...others.map(([, kept]) => kept.priority))
            expect(model.get(gone)?.priority).toBe(lowest)
            expect(gone).not.toBe(id)
            age = Math.max(age, Math.min(lowest, model.get(id)?.priority ?? 0))
            model.delete(gone)
          }
          const sum = [...model.values()].reduce((bytes, kept) => bytes + kept.weight, 0)
          expect(memory.bytes).toBe(sum)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('answers more reads from the same bytes than the order of last use does', () => {
    const ratio = (eviction: 'lru' | 'size-aware'): number => {
      const { memory } = tierOf(eviction, 100_000, 200_000)
      const random = randomOf(2)
      const popular = zipf(3000, 0.8, random)
      const sizes = Array.from({ length: 3000 }, () => Math.ceil(10 * 1000 ** random()))
      let hits = 0
      for (let i = 0; i < 30_000; i++) {
        const number = popular()
        if (memory.get(`k${number}`) !== undefined) hits++
        else memory.set(`k${number}`, { bytes: sizes[number] ?? 1 })
      }
      return hits / 30_000
    }
    expect(ratio('size-aware')).toBeGreaterThan(ratio('lru') + 0.1)
  })

  test('keeps what is dear to load longer, but no single slow load for ever', () => {
    const { memory } = tierOf('size-aware', 100, 1000)
    for (let i = 0; i < 60; i++) memory.set(`cheap${i}`, { bytes: 10 }, 1)
    for (let i = 0; i < 20; i++) memory.set(`dear${i}`, { bytes: 10 }, 20)
    memory.set('stuck', { bytes: 10 }, 1e9)
    for (let i = 0; i < 40; i++) memory.set(`more${i}`, { bytes: 10 }, 1)
    const kept = [...memory.entries()].map(([id]) => id)
    expect(kept.filter(id => id.startsWith('dear'))).toHaveLength(20)
    for (let i = 0; i < 20_000; i++) memory.set(`other${i}`, { bytes: 10 }, 1)
    expect(memory.peek('stuck')).toBe(undefined)
  })

  test('tells first what answers the most reads per byte', () => {
    const { memory } = tierOf('size-aware', 100, 1000)
    for (let i = 0; i < 10; i++) memory.set(`large${i}`, { bytes: 50 })
    for (let i = 0; i < 10; i++) memory.set(`small${i}`, { bytes: 5 })
    for (let round = 0; round < 3; round++) for (let i = 0; i < 10; i++) memory.get(`small${i}`)
    const ids = Array.from(memory.entries(), ([id]) => id)
    expect(ids.slice(0, 10).every(id => id.startsWith('small'))).toBe(true)
    expect(ids).toHaveLength(20)
  })

  test('values a key anew when its value changes size', () => {
    const { memory, evicted } = tierOf('size-aware', 100, 100)
    memory.set('grows', { bytes: 1 })
    for (let i = 0; i < 5; i++) memory.set(`k${i}`, { bytes: 10 })
    memory.set('grows', { bytes: 50 })
    memory.set('next', { bytes: 10 })
    expect(evicted).toStrictEqual(['grows'])
  })
})
