import type { Model } from './model.ts'

/** Distances below are counted one by one; above, 64 classes for each doubling. */
const EXACT = 128
const CLASSES = 64
const DOUBLINGS = 24

/**
 * The whole curve of LRU: a read is answered by every memory that holds more keys than were read since its key was (Mattson et al.
 * 1970). Among a share of all keys, those since stand for as many more.
 */
export class Distances implements Model {
  readonly sizes: readonly number[]
  readonly #reads = new Float64Array(EXACT + CLASSES * DOUBLINGS)
  #scale = 1

  constructor(sizes: readonly number[]) {
    this.sizes = sizes
  }

  read(_slot: number, _hash: number, newer: number, lost: boolean, reads: number): void {
    if (newer < 0 || lost) return
    const at = classOf(Math.floor((newer + 0.5) * this.#scale))
    this.#reads[at] = (this.#reads[at] ?? 0) + reads
  }

  weigh(): void {}

  leave(): void {}

  scale(rate: number): void {
    this.#scale = 1 / rate
  }

  age(): void {
    for (let i = 0; i < this.#reads.length; i++) this.#reads[i] = (this.#reads[i] ?? 0) / 2
  }

  hits(size: number): number {
    let [at, sum] = [0, 0]
    for (; at < this.#reads.length && startOf(at + 1) <= size; at++) sum += this.#reads[at] ?? 0
    const start = startOf(at)
    return sum + ((this.#reads[at] ?? 0) * (size - start)) / (startOf(at + 1) - start)
  }

  entries(size: number): number {
    return size
  }
}

function classOf(distance: number): number {
  if (distance < EXACT) return distance
  const doubling = 25 - Math.clz32(distance)
  return Math.min(CLASSES * doubling + (distance >>> doubling), EXACT + CLASSES * DOUBLINGS - 1)
}

/** The smallest distance of a class. */
function startOf(at: number): number {
  if (at < EXACT) return at
  const doubling = Math.floor(at / CLASSES) - 1
  return (at - CLASSES * doubling) * 2 ** doubling
}
