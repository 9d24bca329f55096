import type { EvictionPolicy } from './eviction-policy.ts'
import { grown } from './lists.ts'

/** How far one cost may be from the mean, either way: one slow load does not keep its entry for ever. */
const COST_RANGE = 32
/** What a new cost weighs in the mean. */
const COST_NEWS = 0.01

/**
 * Keeps what answers most reads, or saves most work, per byte: priority = age + uses × cost / weight, where the age is the lowest
 * priority when something last had to go (GreedyDual-Size-Frequency: Cherkasova 1998; Cao and Irani 1997). A use changes a priority alone; the
 * heap hears of it when the entry comes to its top, which is sound since priorities only rise.
 */
export class GreedyDual implements EvictionPolicy {
  /** Slots, the lowest key on top, four below each: less deep than two, and the keys of four lie side by side. */
  #heap = new Uint32Array(0)
  #size = 0
  /** Where in the heap a slot is. */
  #places = new Uint32Array(0)
  /** What the heap is ordered by, in its order: priorities as they were when it last looked. */
  #keys = new Float64Array(0)
  #priorities = new Float64Array(0)
  /** What one use is worth: cost / weight. */
  #worth = new Float64Array(0)
  #uses = new Uint32Array(0)
  #age = 0
  #meanCost = 0

  grow(slots: number): void {
    this.#heap = grown(this.#heap, slots)
    this.#places = grown(this.#places, slots)
    this.#keys = grown(this.#keys, slots)
    this.#priorities = grown(this.#priorities, slots)
    this.#worth = grown(this.#worth, slots)
    this.#uses = grown(this.#uses, slots)
  }

  hit(slot: number): void {
    const uses = (this.#uses[slot] ?? 0) + 1
    this.#uses[slot] = uses
    this.#priorities[slot] = this.#age + uses * (this.#worth[slot] ?? 0)
  }

  insert(slot: number, _: number, weight: number, cost: number): void {
    this.#worth[slot] = this.#costOf(cost) / Math.max(1, weight)
    this.#uses[slot] = 0
    this.hit(slot)
    this.#add(slot)
  }

  replace(slot: number, weight: number, cost: number): void {
    this.#worth[slot] = this.#costOf(cost) / Math.max(1, weight)
    this.hit(slot)
    const place = this.#places[slot] ?? 0
    const before = this.#keys[place] ?? 0
    const now = this.#priorities[slot] ?? 0
    if (now < before) this.#rise(place, slot, now)
    else this.#sink(place, slot, now)
  }

  settle(): void {}

  victim(newcomer: number): number {
    const lowest = this.#lowest()
    this.#age = Math.max(this.#age, this.#keys[0] ?? 0)
    if (lowest !== newcomer || this.#size === 1) return lowest
    // The newcomer stays until the next one: whoever sets a value finds it.
    this.remove(newcomer)
    const next = this.#lowest()
    this.#add(newcomer)
    return next
  }

  remove(slot: number): void {
    const place = this.#places[slot] ?? 0
    const last = this.#heap[--this.#size] ?? 0
    if (last === slot) return
    const key = this.#keys[this.#size] ?? 0
    if (key < (this.#keys[place] ?? 0)) this.#rise(place, last, key)
    else this.#sink(place, last, key)
  }

  order(): number[] {
    const priority = (slot: number): number => this.#priorities[slot] ?? 0
    return Array.from(this.#heap.subarray(0, this.#size)).sort((a, b) => priority(b) - priority(a))
  }

  clear(): void {
    this.#size = 0
    this.#age = 0
  }

  /** The slot of the lowest priority, the heap set right as far as that needs. */
  #lowest(): number {
    for (;;) {
      const top = this.#heap[0] ?? 0
      const priority = this.#priorities[top] ?? 0
      if (priority === this.#keys[0]) return top
      this.#sink(0, top, priority)
    }
  }

  #costOf(cost: number): number {
    if (cost <= 0) return this.#meanCost || 1
    const mean = this.#meanCost || cost
    const within = Math.min(mean * COST_RANGE, Math.max(mean / COST_RANGE, cost))
    this.#meanCost = mean + (within - mean) * COST_NEWS
    return within
  }

  #add(slot: number): void {
    this.#rise(this.#size++, slot, this.#priorities[slot] ?? 0)
  }

  /** Puts a slot at a place or above it. */
  #rise(from: number, slot: number, key: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 2
      const other = this.#keys[above] ?? 0
      if (other <= key) break
      this.#put(place, this.#heap[above] ?? 0, other)
      place = above
    }
    this.#put(place, slot, key)
  }

  /** Puts a slot at a place or below it. */
  #sink(from: number, slot: number, key: number): void {
    let place = from
    for (let first = 4 * place + 1; first < this.#size; first = 4 * place + 1) {
      let least = first
      const end = Math.min(first + 4, this.#size)
      for (let one = first + 1; one < end; one++)
        if ((this.#keys[one] ?? 0) < (this.#keys[least] ?? 0)) least = one
      const other = this.#keys[least] ?? 0
      if (other >= key) break
      this.#put(place, this.#heap[least] ?? 0, other)
      place = least
    }
    this.#put(place, slot, key)
  }

  #put(place: number, slot: number, key: number): void {
    this.#heap[place] = slot
    this.#keys[place] = key
    this.#places[slot] = place
  }
}
