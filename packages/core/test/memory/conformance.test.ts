import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { EVICTIONS, type Thing, tierOf } from './support.ts'

// The models are slow, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

const thing = (bytes = 1): Thing => ({ bytes })
const IDS = Array.from({ length: 12 }, (_, i) => `k${i}`)

interface Step {
  readonly what: 'get' | 'getAt' | 'peek' | 'set' | 'delete' | 'clear' | 'resize'
  readonly id: string
  readonly size: number
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      'get',
      'getAt',
      'getAt',
      'peek',
      'set',
      'set',
      'set',
      'set',
      'delete',
      'clear',
      'resize',
    ),
    id: fc.constantFrom(...IDS),
    size: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 120 },
)

describe.each(EVICTIONS)('the tier in memory, %s', eviction => {
  test('finds what was set last under a key, and nothing else, within its limits at every step', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, weighs) => {
        let limits = { maxEntries: 5, maxBytes: weighs ? 20 : undefined }
        const { memory, evicted } = tierOf(eviction, limits.maxEntries, limits.maxBytes)
        const known = new Map<string, Thing>()
        const places = new Map(IDS.map(id => [id, { id, slot: 0 }]))
        for (const { what, id, size } of all) {
          if (what === 'get') expect([known.get(id), undefined]).toContain(memory.get(id))
          if (what === 'getAt') expect(memory.getAt(places.get(id) ?? { id, slot: 0 })).toBe(known.get(id))
          if (what === 'peek') expect(memory.peek(id)).toBe(known.get(id))
          if (what === 'clear') memory.clear()
          if (what === 'clear') known.clear()
          if (what === 'delete') expect(memory.delete(id)).toBe(known.delete(id))
          if (what === 'set') {
            const one = thing(size)
            memory.set(id, one)
            if (size > (limits.maxBytes ?? size)) known.delete(id)
            else known.set(id, one)
          }
          if (what === 'resize') {
            limits = { maxEntries: size, maxBytes: weighs ? 2 * size : undefined }
            memory.resize(limits)
            expect(memory.limits).toMatchObject(limits)
          }
          for (const gone of evicted.splice(0)) expect(known.delete(gone)).toBe(true)
          expect(new Map(memory.entries())).toStrictEqual(known)
          expect(memory.count).toBe(known.size)
          expect(memory.count).toBeLessThanOrEqual(limits.maxEntries)
          const bytes = [...known.values()].reduce((sum, one) => sum + one.bytes, 0)
          expect(memory.bytes).toBe(weighs ? bytes : 0)
          if (limits.maxBytes !== undefined) expect(memory.bytes).toBeLessThanOrEqual(limits.maxBytes)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('what was set is there, however full it is', () => {
    const { memory } = tierOf(eviction, 10, 100)
    for (let i = 0; i < 1000; i++) {
      memory.set(`k${i}`, thing(1 + (i % 50)))
      expect(memory.peek(`k${i}`)?.bytes).toBe(1 + (i % 50))
    }
  })

  test('evicts only to make room: not what is replaced, deleted or cleared', () => {
    const { memory, evicted } = tierOf(eviction, 2)
    memory.set('a', thing())
    memory.set('a', thing())
    expect([memory.delete('a'), memory.delete('a')]).toStrictEqual([true, false])
    memory.set('b', thing())
    memory.clear()
    expect([evicted, memory.count, memory.evictions]).toStrictEqual([[], 0, 0])
  })

  test('drops what is larger than all of it, and what stood under that key', () => {
    const { memory, evicted } = tierOf(eviction, 10, 10)
    memory.set('a', thing(4))
    memory.set('b', thing(4))
    memory.set('a', thing(11))
    expect([memory.peek('a'), memory.peek('b')?.bytes, memory.bytes, evicted]).toStrictEqual([
      undefined,
      4,
      4,
      [],
    ])
  })

  test('holds one entry, where that is its limit', () => {
    const { memory, evicted } = tierOf(eviction, 1)
    for (const id of ['a', 'b', 'c']) memory.set(id, thing())
    expect([memory.count, memory.evictions, evicted, memory.get('c')]).toStrictEqual([
      1,
      2,
      ['a', 'b'],
      thing(),
    ])
  })

  test('grows and shrinks while it is used, and keeps what is used', () => {
    const { memory } = tierOf(eviction, 100)
    for (let i = 0; i < 100; i++) memory.set(`k${i}`, thing())
    for (let round = 0; round < 5; round++) for (let i = 60; i < 70; i++) memory.get(`k${i}`)
    memory.resize({ maxEntries: 20, maxBytes: undefined })
    expect([memory.count, memory.evictions]).toStrictEqual([20, 80])
    for (let i = 60; i < 70; i++) expect(memory.peek(`k${i}`)).toStrictEqual(thing())
    memory.resize({ maxEntries: 200, maxBytes: undefined })
    for (let i = 0; i < 200; i++) memory.set(`n${i}`, thing())
    expect(memory.count).toBe(200)
  })
})
