import type { Trace } from './trace.ts'

/**
 * The share of reads that the best of all caches would answer, one that knows the future and gives up what is read again last
 * (Belady 1966). No policy reaches it: it shows what is left to gain. For limits in entries.
 */
export function optimum({ keys, unique }: Trace, maxEntries: number): number {
  const next = nextReads(keys, unique)
  const kept = new Uint8Array(unique)
  /** Read again at, largest on top; entries read meanwhile are void. */
  const heap = new Farthest()
  const due = new Float64Array(unique)
  let [count, hits] = [0, 0]
  for (const [at, key] of keys.entries()) {
    const again = next[at] ?? Infinity
    due[key] = again
    if (kept[key] === 1) hits++
    else {
      kept[key] = 1
      count++
    }
    heap.push(again, key)
    while (count > maxEntries) {
      const [when, victim] = heap.pop()
      if (kept[victim] !== 1 || due[victim] !== when) continue
      kept[victim] = 0
      count--
    }
  }
  return hits / keys.length
}

function nextReads(keys: Uint32Array, unique: number): Float64Array {
  const next = new Float64Array(keys.length).fill(Infinity)
  const last = new Float64Array(unique).fill(Infinity)
  for (let at = keys.length - 1; at >= 0; at--) {
    const key = keys[at] ?? 0
    next[at] = last[key] ?? Infinity
    last[key] = at
  }
  return next
}

/** A binary heap of keys, the one that is read again last on top. */
class Farthest {
  readonly #when: number[] = []
  readonly #keys: number[] = []

  push(when: number, key: number): void {
    let at = this.#when.length
    for (let above = (at - 1) >> 1; at > 0 && (this.#when[above] ?? 0) < when; above = (at - 1) >> 1) {
      this.#put(at, this.#when[above] ?? 0, this.#keys[above] ?? 0)
      at = above
    }
    this.#put(at, when, key)
  }

  pop(): [when: number, key: number] {
    const top: [number, number] = [this.#when[0] ?? 0, this.#keys[0] ?? 0]
    const when = this.#when.pop() ?? 0
    const key = this.#keys.pop() ?? 0
    if (this.#when.length > 0) this.#sink(when, key)
    return top
  }

  #sink(when: number, key: number): void {
    let at = 0
    for (let below = 1; below < this.#when.length; below = 2 * at + 1) {
      if ((this.#when[below + 1] ?? -1) > (this.#when[below] ?? 0)) below++
      if ((this.#when[below] ?? 0) <= when) break
      this.#put(at, this.#when[below] ?? 0, this.#keys[below] ?? 0)
      at = below
    }
    this.#put(at, when, key)
  }

  #put(at: number, when: number, key: number): void {
    this.#when[at] = when
    this.#keys[at] = key
  }
}
