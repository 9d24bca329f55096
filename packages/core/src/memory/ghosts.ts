const WAYS = 4
const SLACK = 2

/**
 * Which keys were dropped lately: the last `capacity` of them, by hash, eight bytes each twice over. Now and then it takes one key
 * for another, or forgets one early.
 */
export class Ghosts {
  readonly capacity: number
  readonly #sets: number
  readonly #hashes: Uint32Array
  /** When each was added, counted in additions; 0: nothing there. */
  readonly #added: Uint32Array
  #clock = 0

  constructor(capacity: number) {
    this.capacity = Math.max(1, capacity)
    this.#sets = Math.ceil((this.capacity * SLACK) / WAYS)
    this.#hashes = new Uint32Array(this.#sets * WAYS)
    this.#added = new Uint32Array(this.#sets * WAYS)
  }

  /** Keys remembered, about. */
  get count(): number {
    return Math.min(this.#clock, this.capacity)
  }

  add(hash: number): void {
    if (this.#clock === 0xffff_ffff) this.clear()
    const first = this.#setOf(hash)
    let oldest = first
    for (let i = first; i < first + WAYS; i++) {
      if (this.#hashes[i] === hash) {
        oldest = i
        break
      }
      if ((this.#added[i] ?? 0) < (this.#added[oldest] ?? 0)) oldest = i
    }
    this.#hashes[oldest] = hash
    this.#added[oldest] = ++this.#clock
  }

  /** Whether a key was dropped lately. It is forgotten: it has come back. */
  take(hash: number): boolean {
    const first = this.#setOf(hash)
    for (let i = first; i < first + WAYS; i++) {
      const added = this.#added[i] ?? 0
      if (this.#hashes[i] !== hash || added === 0) continue
      this.#added[i] = 0
      return this.#clock - added < this.capacity
    }
    return false
  }

  clear(): void {
    this.#added.fill(0)
    this.#clock = 0
  }

  #setOf(hash: number): number {
    return Math.floor((hash / 2 ** 32) * this.#sets) * WAYS
  }
}
