import type { EvictionPolicy } from './eviction-policy.ts'
import { Ghosts } from './ghosts.ts'
import { grown, Lists } from './lists.ts'
import { FrequencySketch, MOST } from './sketch.ts'

const WINDOW = 0
const PROBATION = 1
const PROTECTED = 2

const FIRST_WINDOW = 0.1
const SMALLEST_WINDOW = 0.01
const LARGEST_WINDOW = 0.9
/** Of what is not the window. */
const PROTECTED_SHARE = 0.5
/** Keys remembered after they were dropped, for each of the two reasons, as a share of those kept. */
const GHOST_SHARE = 1 / 3
/** All counts are halved after so many uses per entry. */
const HALVE_EVERY = 20
/** The sketch and the ghosts are made anew where so many times more is kept than they were made for: where the limit is bytes. */
const OUTGROWN = 1.5

/**
 * Window TinyLFU whose window follows what it regrets. New keys enter a window, least recently used first out; what leaves it stays
 * only if it was used more often than what the main part would drop for it. Keys dropped from either part are remembered for a
 * while: one that comes back to the door of the window says that the window is too small, one that was dropped from the main part
 * that it is too large (Einziger, Friedman and Manes 2017; the adaption is that of ARC, Megiddo and Modha 2003).
 */
export class GhostAdaptive implements EvictionPolicy {
  readonly #lists = new Lists(3, 0)
  readonly #counts = [0, 0, 0]
  #listOf = new Uint8Array(0)
  /** Uses of what is kept, 15 at most; the sketch has those of what is not. */
  #uses = new Uint8Array(0)
  #hashes = new Uint32Array(0)
  #sketch = new FrequencySketch(0)
  /** Dropped at the end of the window, and from the main part. */
  #refused = new Ghosts(0)
  #evicted = new Ghosts(0)
  /** The window's share of what is kept. */
  #window = FIRST_WINDOW
  #untilHalved = 0

  grow(slots: number): void {
    this.#lists.grow(slots)
    this.#listOf = grown(this.#listOf, slots)
    this.#uses = grown(this.#uses, slots)
    this.#hashes = grown(this.#hashes, slots)
  }

  hit(slot: number): void {
    this.#count(slot)
    const list = this.#listOf[slot] ?? WINDOW
    if (list !== PROBATION) return this.#lists.touch(list, slot)
    this.#move(slot, PROTECTED)
    this.#boundProtected()
  }

  insert(slot: number, hash: number): void {
    const seen = this.#sketch.of(hash)
    this.#hashes[slot] = hash
    this.#uses[slot] = seen
    this.#count(slot)
    this.#put(slot, this.#learn(hash))
    this.#boundProtected()
  }

  replace(slot: number): void {
    this.hit(slot)
  }

  settle(): void {
    while (this.#of(WINDOW) > this.#windowSize()) this.#move(this.#lists.tail(WINDOW), PROBATION)
  }

  victim(newcomer: number): number {
    const kept = this.#total()
    if (kept > this.#sketch.capacity * OUTGROWN) this.#remember(kept)
    const oldest = this.#oldestOfMain(newcomer)
    if (oldest >= 0 && this.#of(WINDOW) <= this.#windowSize()) return this.#drop(oldest, this.#evicted)
    const candidate = this.#lists.tail(WINDOW)
    if (candidate === newcomer || candidate < 0)
      return oldest < 0 ? newcomer : this.#drop(oldest, this.#evicted)
    if (oldest < 0 || (this.#uses[candidate] ?? 0) <= (this.#uses[oldest] ?? 0))
      return this.#drop(candidate, this.#refused)
    this.#move(candidate, PROBATION)
    return this.#drop(oldest, this.#evicted)
  }

  remove(slot: number): void {
    this.#sketch.raise(this.#hashes[slot] ?? 0, this.#uses[slot] ?? 0)
    this.#lists.remove(slot)
    this.#add(this.#listOf[slot] ?? WINDOW, -1)
  }

  /** By uses, since even the oldest of the main part outlives what was used less; where they are alike, by list and last use. */
  order(): number[] {
    const slots = [PROTECTED, WINDOW, PROBATION].flatMap(list => this.#lists.slots(list))
    return slots.sort((a, b) => (this.#uses[b] ?? 0) - (this.#uses[a] ?? 0))
  }

  clear(): void {
    this.#lists.clear()
    this.#counts.fill(0)
    this.#uses.fill(0)
    this.#remember(0)
    this.#window = FIRST_WINDOW
  }

  /** Where a new key belongs, and what it says about the window. */
  #learn(hash: number): number {
    const refused = this.#refused.count
    const evicted = this.#evicted.count
    const kept = this.#total() + 1
    if (this.#refused.take(hash)) {
      this.#window = Math.min(LARGEST_WINDOW, this.#window + Math.max(1, evicted / refused) / kept)
      return PROBATION
    }
    if (!this.#evicted.take(hash)) return WINDOW
    this.#window = Math.max(SMALLEST_WINDOW, this.#window - Math.max(1, refused / evicted) / kept)
    return PROTECTED
  }

  #drop(slot: number, ghosts: Ghosts): number {
    ghosts.add(this.#hashes[slot] ?? 0)
    return slot
  }

  /** The main part's oldest that is not the newcomer; -1 if there is none. */
  #oldestOfMain(newcomer: number): number {
    const oldest = this.#lists.tail(PROBATION)
    if (oldest >= 0 && oldest !== newcomer) return oldest
    const safe = this.#lists.tail(PROTECTED)
    return safe === newcomer ? -1 : safe
  }

  #boundProtected(): void {
    const most = Math.max(1, PROTECTED_SHARE * (this.#total() - this.#windowSize()))
    while (this.#of(PROTECTED) > most) this.#move(this.#lists.tail(PROTECTED), PROBATION)
  }

  #count(slot: number): void {
    const uses = this.#uses[slot] ?? 0
    if (uses < MOST) this.#uses[slot] = uses + 1
    if (--this.#untilHalved > 0) return
    this.#untilHalved = HALVE_EVERY * Math.max(1, this.#total())
    this.#sketch.halve()
    for (let i = 0; i < this.#uses.length; i++) this.#uses[i] = (this.#uses[i] ?? 0) >>> 1
  }

  /** Begins to remember for so many entries. Nothing is remembered before something had to go. */
  #remember(kept: number): void {
    this.#sketch = new FrequencySketch(kept)
    this.#refused = new Ghosts(Math.floor(kept * GHOST_SHARE))
    this.#evicted = new Ghosts(Math.floor(kept * GHOST_SHARE))
  }

  #windowSize(): number {
    return Math.max(1, this.#window * this.#total())
  }

  #move(slot: number, list: number): void {
    this.#lists.remove(slot)
    this.#add(this.#listOf[slot] ?? WINDOW, -1)
    this.#put(slot, list)
  }

  #put(slot: number, list: number): void {
    this.#lists.push(list, slot)
    this.#listOf[slot] = list
    this.#add(list, 1)
  }

  #add(list: number, change: number): void {
    this.#counts[list] = this.#of(list) + change
  }

  #of(list: number): number {
    return this.#counts[list] ?? 0
  }

  #total(): number {
    return this.#of(WINDOW) + this.#of(PROBATION) + this.#of(PROTECTED)
  }
}
