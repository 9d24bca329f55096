const ROWS = 4
/** Counters a row has for each key it is made for. Four bits each: four bytes per key in all. */
const COUNTERS_PER_KEY = 2
export const MOST = 15

/**
 * About how often keys were used lately, of more keys than are kept: a count-min sketch of four-bit counters that are all halved
 * from time to time (Cormode and Muthukrishnan 2005; Einziger, Friedman and Manes 2017). It never says too little, up to 15.
 */
export class FrequencySketch {
  /** Keys it tells apart well. */
  readonly capacity: number
  readonly #words: Uint32Array
  readonly #counters: number

  constructor(capacity: number) {
    this.capacity = capacity
    this.#counters = Math.max(16, capacity * COUNTERS_PER_KEY)
    this.#words = new Uint32Array(Math.ceil((ROWS * this.#counters) / 8))
  }

  /** How often the key of a hash was used. */
  of(hash: number): number {
    let least = MOST
    for (let row = 0; row < ROWS; row++) {
      const at = this.#at(hash, row)
      const count = ((this.#words[at >>> 3] ?? 0) >>> ((at & 7) << 2)) & MOST
      if (count < least) least = count
    }
    return least
  }

  /** Remembers that a key was used at least so often, 15 at most. */
  raise(hash: number, count: number): void {
    for (let row = 0; row < ROWS; row++) {
      const at = this.#at(hash, row)
      const shift = (at & 7) << 2
      const word = this.#words[at >>> 3] ?? 0
      if (((word >>> shift) & MOST) < count)
        this.#words[at >>> 3] = (word & ~(MOST << shift)) | (count << shift)
    }
  }

  /** Halves all counts, so that what was popular once is forgotten. */
  halve(): void {
    const words = this.#words
    for (let i = 0; i < words.length; i++) words[i] = ((words[i] ?? 0) >>> 1) & 0x77777777
  }

  /** The rows' hashes are made of two (Kirsch and Mitzenmacher 2006). */
  #at(hash: number, row: number): number {
    const step = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 1
    const mixed = Math.imul(hash, 0x297a2d39) + Math.imul(step, row)
    return row * this.#counters + Math.floor(((mixed >>> 0) / 2 ** 32) * this.#counters)
  }
}
