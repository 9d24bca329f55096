const WORD = 32
const BLOCK_WORDS = 32
const BLOCK = WORD * BLOCK_WORDS
/** Places for each slot: the more, the less often they are numbered anew. */
const PLACES_PER_SLOT = 4

/**
 * Slots in the order of their last use, and how many were used since a slot was: each use takes the next place in a row of bits, and
 * the bits above a place are counted. What was used lately has few places above it, so what is used most costs least.
 */
export class Recency {
  readonly #places: Int32Array
  readonly #slotAt: Int32Array
  readonly #words: Int32Array
  readonly #blocks: Int32Array
  #next = 0
  /** No place below this word is taken. */
  #lowest = 0

  /** For slots from 0 up to, not including, `slots`; a power of two from 256 up. */
  constructor(slots: number) {
    const places = slots * PLACES_PER_SLOT
    this.#places = new Int32Array(slots).fill(-1)
    this.#slotAt = new Int32Array(places)
    this.#words = new Int32Array(places / WORD)
    this.#blocks = new Int32Array(places / BLOCK)
  }

  /** Makes a slot the one used last. Gives how many others were used since it was; -1 if it never was. */
  touch(slot: number): number {
    const place = this.#places[slot] ?? -1
    const newer = place < 0 ? -1 : this.#above(place)
    if (newer === 0) return 0
    if (place >= 0) this.#empty(place)
    if (this.#next === this.#slotAt.length) this.#renumber(slot)
    this.#take(slot)
    return newer
  }

  remove(slot: number): void {
    const place = this.#places[slot] ?? -1
    if (place < 0) return
    this.#empty(place)
    this.#places[slot] = -1
  }

  /** The slot that was not used for longest; -1 if there is none. */
  oldest(): number {
    const last = this.#next >>> 5
    while (this.#lowest < last && this.#words[this.#lowest] === 0) this.#lowest++
    const word = this.#words[this.#lowest] ?? 0
    return word === 0 ? -1 : (this.#slotAt[this.#lowest * WORD + 31 - Math.clz32(word & -word)] ?? -1)
  }

  #above(place: number): number {
    const last = (this.#next - 1) >>> 5
    let word = place >>> 5
    let count = ones((this.#words[word] ?? 0) & ~((2 << (place & 31)) - 1))
    const end = Math.min(last, word | (BLOCK_WORDS - 1))
    while (word < end) count += ones(this.#words[++word] ?? 0)
    const lastBlock = last >>> 5
    for (let block = (place >>> 10) + 1; block <= lastBlock; block++) count += this.#blocks[block] ?? 0
    return count
  }

  #take(slot: number): void {
    const place = this.#next++
    const word = place >>> 5
    this.#places[slot] = place
    this.#slotAt[place] = slot
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (place & 31))
    this.#blocks[place >>> 10] = (this.#blocks[place >>> 10] ?? 0) + 1
  }

  #empty(place: number): void {
    const word = place >>> 5
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (place & 31))
    this.#blocks[place >>> 10] = (this.#blocks[place >>> 10] ?? 0) - 1
  }

  /** Moves all to the beginning of the row, in their order. The slot that is about to be used has no place. */
  #renumber(except: number): void {
    this.#places[except] = -1
    const taken = this.#slotAt.length
    const before = this.#slotAt.slice()
    this.#words.fill(0)
    this.#blocks.fill(0)
    this.#next = 0
    this.#lowest = 0
    for (let place = 0; place < taken; place++) {
      const slot = before[place] ?? 0
      if (this.#places[slot] === place) this.#take(slot)
    }
  }
}

/** The bits that are set. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
