import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hitRatio, randomOf, tierOf, zipf } from './support.ts'

const thing = { bytes: 1 }
const idsOf = (memory: ReturnType<typeof tierOf>['memory']): string[] =>
  Array.from(memory.entries(), ([id]) => id)

/** An exact list of the least recently used: a `Map` whose keys are moved to its end. */
function exact(size: number): { use: (id: string) => boolean; ids: () => string[] } {
  const kept = new Map<string, true>()
  return {
    use: id => {
      const hit = kept.delete(id)
      kept.set(id, true)
      if (kept.size > size) kept.delete([...kept.keys()][0] ?? '')
      return hit
    },
    ids: () => [...kept.keys()].toReversed(),
  }
}

test('of fewer than sixteen entries the order is exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 15 }), fc.array(fc.integer({ min: 0, max: 30 })), (size, reads) => {
      const { memory } = tierOf('lru', size)
      const model = exact(size)
      for (const read of reads) {
        const id = `k${read}`
        const hit = memory.get(id) !== undefined
        if (!hit) memory.set(id, thing)
        expect(hit).toBe(model.use(id))
        expect(idsOf(memory)).toStrictEqual(model.ids())
      }
    }),
  )
})

test('of more, as many reads are hits as with an exact order', () => {
  for (const [size, slope] of [
    [64, 0.7],
    [500, 0.9],
    [2000, 1],
  ] as const) {
    const next = zipf(10_000, slope, randomOf(size))
    const reads = Array.from({ length: 100_000 }, () => `k${next()}`)
    const model = exact(size)
    const hits = reads.filter(id => model.use(id)).length / reads.length
    expect(Math.abs(hitRatio(tierOf('lru', size).memory, reads) - hits)).toBeLessThan(0.003)
  }
})

test('what is read stays for as long as a sixteenth is set at a time', () => {
  const { memory, evicted } = tierOf('lru', 160)
  for (let i = 0; i < 160; i++) memory.set(`k${i}`, thing)
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 10; i++) memory.set(`n${round}:${i}`, thing)
    expect(memory.get('k50')).toBe(thing)
  }
  expect(evicted).not.toContain('k50')
})

test('what is read after every set stays, however many there are', () => {
  const { memory, evicted } = tierOf('lru', 32)
  for (let i = 0; i < 100_000; i++) {
    memory.set(`k${i}`, thing)
    memory.get('k0')
  }
  expect(evicted).not.toContain('k0')
  expect(memory.count).toBe(32)
})

test('lists what was used last first, and may be changed while it is read', () => {
  const { memory } = tierOf('lru', 8)
  for (const id of ['a', 'b', 'c', 'd']) memory.set(id, thing)
  memory.get('b')
  expect(idsOf(memory)).toStrictEqual(['b', 'd', 'c', 'a'])
  const seen: string[] = []
  for (const [id] of memory.entries()) {
    seen.push(id)
    memory.get('a')
    if (id === 'b') memory.delete('d')
  }
  expect(seen).toStrictEqual(['b', 'c', 'a'])
})
