import { createTier, type Eviction } from '../../src/memory/create-tier.ts'
import { hashUnder } from '../../src/memory/hash.ts'
import type { MemoryTier } from '../../src/memory/tier.ts'

export const EVICTIONS: readonly Eviction[] = ['lru', 'adaptive', 'size-aware']
export const hash: (text: string) => number = hashUnder(7, 11)

/** What the tiers of these tests keep: something that weighs. */
export interface Thing {
  readonly bytes: number
}

export function tierOf(
  eviction: Eviction,
  maxEntries: number,
  maxBytes?: number,
): { memory: MemoryTier<Thing>; evicted: string[] } {
  const evicted: string[] = []
  const memory = createTier<Thing>(eviction, hash, {
    maxEntries,
    maxBytes,
    onEvict: id => evicted.push(id),
    weigh: thing => thing.bytes,
  })
  return { memory, evicted }
}

/** Numbers from 0 up to 1, the same for one seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Reads of a few popular keys and many seldom ones: the popularity of rank n is as n to the power of -`slope`. */
export function zipf(keys: number, slope: number, random: () => number): () => number {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let i = 0; i < keys; i++) sums[i] = sum += (i + 1) ** -slope
  return () => {
    const at = random() * sum
    let [low, high] = [0, keys - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The share of reads that a tier answers when what it lacks is set. */
export function hitRatio(memory: MemoryTier<Thing>, reads: Iterable<string>): number {
  let [hits, all] = [0, 0]
  for (const id of reads) {
    all++
    if (memory.get(id) !== undefined) hits++
    else memory.set(id, { bytes: 1 })
  }
  return hits / all
}
