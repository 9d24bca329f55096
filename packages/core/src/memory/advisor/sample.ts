/** What is left of the threshold when there are too many keys below it. */
const LOWERED = 7 / 8
const ALL = 2 ** 32
/** Tickets of one slot until the first is given again. */
const TICKETS = 2 ** 18

/** A number below 0 for an entry of which nobody knows yet whether its key is in the sample. */
export const UNKNOWN = -1
const FIRST_TICKET = -2

/**
 * Which keys are looked at: those whose hash is below a threshold, whatever is read when, so that what is read of them is read as of
 * all keys, scaled down. When they are too many the threshold is lowered (SHARDS with a fixed size: Waldspurger et al., FAST '15).
 * Each key has a slot. The entry in memory that was hit under it last has the slot's newest ticket, a number below `UNKNOWN`, by which
 * the slot is found without hashing.
 */
export class Sample {
  readonly slots: number
  #threshold = ALL
  readonly #slotOf = new Map<number, number>()
  readonly #hashes: Uint32Array
  readonly #tickets: Int32Array
  readonly #free: number[]

  /** For `slots` keys, a power of two. */
  constructor(slots: number) {
    this.slots = slots
    this.#hashes = new Uint32Array(slots)
    this.#tickets = Int32Array.from({ length: slots }, (_, slot) => FIRST_TICKET - slot)
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i)
  }

  /** The share of all keys that is looked at. */
  rate = 1
  get count(): number {
    return this.#slotOf.size
  }

  wants(hash: number): boolean {
    return hash < this.#threshold
  }

  slotOf(hash: number): number | undefined {
    return this.#slotOf.get(hash | 0)
  }

  hashOf(slot: number): number {
    return this.#hashes[slot] ?? 0
  }

  /** Gives a key a slot; -1 if there is none left. */
  join(hash: number): number {
    const slot = this.#free.pop()
    if (slot === undefined) return -1
    this.#slotOf.set(hash | 0, slot)
    this.#hashes[slot] = hash
    return slot
  }

  leave(slot: number): void {
    this.#slotOf.delete(this.hashOf(slot) | 0)
    this.ticket(slot)
    this.#free.push(slot)
  }

  /** Lowers the threshold, and gives the slots of the keys that are above it now. */
  lower(): number[] {
    this.#threshold *= LOWERED
    this.rate = this.#threshold / ALL
    return [...this.#slotOf.values()].filter(slot => !this.wants(this.hashOf(slot)))
  }

  /** A new ticket for a slot: those before it hold no more. */
  ticket(slot: number): number {
    const number = (FIRST_TICKET - (this.#tickets[slot] ?? 0) + this.slots) % (this.slots * TICKETS)
    return (this.#tickets[slot] = FIRST_TICKET - number)
  }

  /** The slot of a ticket that holds; else -1. */
  holder(ticket: number): number {
    if (ticket >= UNKNOWN) return -1
    const slot = (FIRST_TICKET - ticket) & (this.slots - 1)
    return this.#tickets[slot] === ticket ? slot : -1
  }
}
