import type { EvictionPolicy } from './eviction-policy.ts'
import { grown, Lists } from './lists.ts'

const ALL = 0
/** A slot is moved to the front again once one in 2 to this power of what is kept was set since it last was. */
const SHARE_BITS = 4

/**
 * Least recently used goes first. Moving a slot to the front is the dearest part of a hit, and order matters only where something new
 * drives out what is last: so what was moved while the last sixteenth was set stays where it is. Of fewer than sixteen entries the
 * order is exact.
 */
export class LeastRecent implements EvictionPolicy {
  readonly #list = new Lists(1, 0)
  /** The count of sets at which a slot was last moved to the front. */
  #moved = new Int32Array(0)
  /** An integer of 32 bits that begins anew. */
  #sets = 0
  #kept = 0
  #few = 0

  grow(slots: number): void {
    this.#list.grow(slots)
    this.#moved = grown(this.#moved, slots)
  }

  hit(slot: number): void {
    if (((this.#sets - (this.#moved[slot] ?? 0)) | 0) < this.#few) return
    this.#moved[slot] = this.#sets
    this.#list.touch(ALL, slot)
  }

  insert(slot: number): void {
    this.#list.push(ALL, slot)
    this.#kept++
    this.#set(slot)
  }

  replace(slot: number): void {
    this.#list.touch(ALL, slot)
    this.#set(slot)
  }

  settle(): void {}

  victim(): number {
    return this.#list.tail(ALL)
  }

  remove(slot: number): void {
    this.#list.remove(slot)
    this.#kept--
  }

  order(): number[] {
    return this.#list.slots(ALL)
  }

  clear(): void {
    this.#list.clear()
    this.#kept = 0
    this.#few = 0
  }

  #set(slot: number): void {
    this.#sets = (this.#sets + 1) | 0
    this.#moved[slot] = this.#sets
    this.#few = this.#kept >> SHARE_BITS
  }
}
