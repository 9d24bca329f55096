const WAYS = 4
const MOST_SURE = 7
/** Bits of a slot's state: its confidence, and whether it was used since its neighbours were last passed over. */
const CONFIDENCE = 7
const USED = 8

/**
 * What was read after a key the last time, and how sure that is: an order-1 successor table. It holds so many keys and no more, 17 bytes
 * each, and keeps the texts of successors that are sure enough to be fetched. Keys are known by a hash, so two of them that meet
 * share a slot: make it under a secret.
 */
export class Successors {
  /** From this confidence on a successor is predicted: it came twice in a row. */
  static readonly SURE = 2
  readonly #buckets: number
  readonly #keys: Int32Array
  readonly #next: Int32Array
  readonly #states: Uint8Array
  /** By slot: a reference each, which is less than a map of the sure ones takes. */
  readonly #texts: (string | undefined)[]
  #size = 0
  #sure = 0

  constructor(keys: number) {
    this.#buckets = Math.ceil(keys / WAYS)
    this.#keys = new Int32Array(this.#buckets * WAYS)
    this.#next = new Int32Array(this.#buckets * WAYS)
    this.#states = new Uint8Array(this.#buckets * WAYS)
    this.#texts = Array.from({ length: this.#buckets * WAYS })
  }

  /** Keys it knows. */
  get size(): number {
    return this.#size
  }

  /** Of these, those with a successor to predict. */
  get sure(): number {
    return this.#sure
  }

  /** `key` was followed by another one, whose hash and text these are. Hashes are signed and not 0. */
  learn(key: number, next: number, text: string): void {
    const known = this.slotOf(key)
    if (known === undefined) return this.#place(key, next)
    const state = this.#states[known] ?? 0
    const confidence = state & CONFIDENCE
    if (this.#next[known] === next) return this.#trust(known, Math.min(MOST_SURE, confidence + 1), text)
    if (confidence > 0) return this.#trust(known, confidence - 1, undefined)
    this.#next[known] = next
    this.#states[known] = USED | 1
  }

  /** Where a key stands, for the questions below. */
  slotOf(key: number): number | undefined {
    const first = this.#firstOf(key)
    for (let slot = first; slot < first + WAYS; slot++) if (this.#keys[slot] === key) return slot
    return undefined
  }

  /** What came after the key of a slot. */
  next(slot: number): number {
    return this.#next[slot] ?? 0
  }

  /** From 0 to 7. */
  confidence(slot: number): number {
    return (this.#states[slot] ?? 0) & CONFIDENCE
  }

  /** The successor's text; `undefined` if it is not sure enough. */
  text(slot: number): string | undefined {
    return this.#texts[slot]
  }

  #trust(slot: number, confidence: number, text: string | undefined): void {
    this.#states[slot] = USED | confidence
    if (confidence < Successors.SURE) this.#name(slot, undefined)
    else if (text !== undefined && this.#texts[slot] === undefined) this.#name(slot, text)
  }

  #name(slot: number, text: string | undefined): void {
    this.#sure += Number(text !== undefined) - Number(this.#texts[slot] !== undefined)
    this.#texts[slot] = text
  }

  /** A key that is new takes the place of the one in its bucket that is used least: unused, or least sure. */
  #place(key: number, next: number): void {
    const first = this.#firstOf(key)
    let place = first
    for (let slot = first; slot < first + WAYS; slot++)
      if (this.#worth(slot) < this.#worth(place)) place = slot
    if (this.#keys[place] === 0) this.#size++
    else for (let slot = first; slot < first + WAYS; slot++) this.#states[slot] = this.confidence(slot)
    this.#name(place, undefined)
    this.#keys[place] = key
    this.#next[place] = next
    this.#states[place] = USED | 1
  }

  #worth(slot: number): number {
    return this.#keys[slot] === 0 ? -1 : (this.#states[slot] ?? 0)
  }

  #firstOf(key: number): number {
    return Math.floor(((key >>> 0) / 2 ** 32) * this.#buckets) * WAYS
  }
}
