import type { EvictionPolicy } from '../eviction-policy.ts'
import { grown } from '../lists.ts'

const FIRST_PLACES = 16
const GROWTH = 1.5
/** Of no place: makes a policy choose among all. */
const NOBODY = -1

/**
 * A memory of one size, scaled down. It holds slots of the sample at places of its own, as few as it needs: what a policy keeps of them
 * is small and close together.
 */
export class Miniature {
  readonly size: number
  hits = 0
  count = 0
  readonly #policy: EvictionPolicy
  /** The place of each slot, from 1 up; 0: it has none. */
  readonly #placeOf: Uint16Array
  #slotAt = new Uint32Array(0)
  #weights = new Uint32Array(0)
  readonly #free: number[] = []
  #limit: number
  #sum = 0

  /** For slots from 0 up to, not including, `slots`. `size` is what the memory that it stands for may hold. */
  constructor(policy: EvictionPolicy, size: number, slots: number) {
    this.#policy = policy
    this.size = size
    this.#limit = size
    this.#placeOf = new Uint16Array(slots)
  }

  /** Whether it had the slot; it has it then. */
  read(slot: number, hash: number, weight: number, cost: number): boolean {
    const place = (this.#placeOf[slot] ?? 0) - 1
    if (place >= 0) {
      this.#policy.hit(place)
      return true
    }
    if (weight <= this.size) this.#insert(slot, hash, weight, cost)
    return false
  }

  /** A slot weighs something else now. `isFirst`: what it was taken to weigh until now was a guess, made when it was read. */
  reweigh(slot: number, hash: number, weight: number, cost: number, isFirst: boolean): void {
    const place = (this.#placeOf[slot] ?? 0) - 1
    if (place < 0) return
    if (isFirst || weight > this.size) this.#remove(place)
    if (weight > this.size) return
    if (isFirst) return this.#insert(slot, hash, weight, cost)
    this.#policy.replace(place, weight, cost)
    this.#sum += weight - (this.#weights[place] ?? 0)
    this.#weights[place] = weight
    this.#fit(place)
  }

  /** A slot is given to another key. */
  leave(slot: number): void {
    const place = (this.#placeOf[slot] ?? 0) - 1
    if (place >= 0) this.#remove(place)
  }

  /** It stands for a memory of which the sample is this share. */
  scale(rate: number): void {
    this.#limit = Math.max(1, Math.round(this.size * rate))
    this.#fit(NOBODY)
  }

  #insert(slot: number, hash: number, weight: number, cost: number): void {
    const place = this.#free.pop() ?? this.count
    if (place >= this.#slotAt.length) this.#grow()
    this.#placeOf[slot] = place + 1
    this.#slotAt[place] = slot
    this.#weights[place] = weight
    this.#sum += weight
    this.count++
    // Hashes of the sample are all small, and policies count on their high bits.
    this.#policy.insert(place, mix(hash), weight, cost)
    this.#fit(place)
  }

  #grow(): void {
    const places = Math.max(FIRST_PLACES, Math.ceil(this.#slotAt.length * GROWTH))
    this.#policy.grow(places)
    this.#slotAt = grown(this.#slotAt, places)
    this.#weights = grown(this.#weights, places)
  }

  #fit(newcomer: number): void {
    if (this.#sum <= this.#limit) return this.#policy.settle()
    while (this.#sum > this.#limit) this.#remove(this.#policy.victim(newcomer))
  }

  #remove(place: number): void {
    this.#policy.remove(place)
    this.#placeOf[this.#slotAt[place] ?? 0] = 0
    this.#free.push(place)
    this.#sum -= this.#weights[place] ?? 0
    this.count--
  }
}

/** Spreads a hash over all 32 bits (the end of MurmurHash3). */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
