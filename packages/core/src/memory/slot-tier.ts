import type { Entry } from '../entry.ts'
import type { EvictionPolicy } from './eviction-policy.ts'
import { grown } from './lists.ts'
import { type Limits, type MemoryTier, type Place, type TierOptions, weightOf } from './tier.ts'

const FIRST_SLOTS = 64
const GROWTH = 1.5
const HEAVIEST = 0xffff_ffff
/** Of no slot: makes a policy choose among all. */
const NOBODY = -1

/** A tier whose entries lie in numbered slots, for policies that keep their books in typed arrays by number. It grows as it fills. */
export class SlotTier<V = Entry> implements MemoryTier<V> {
  readonly weighs: boolean
  evictions = 0
  readonly #policy: EvictionPolicy
  readonly #hash: (id: string) => number
  readonly #onEvict: (id: string) => void
  readonly #weigh: (entry: V, id: string) => number
  readonly #slots = new Map<string, number>()
  readonly #ids: string[] = []
  readonly #values: (V | undefined)[] = []
  readonly #free: number[] = []
  #weights = new Uint32Array(0)
  #room = 0
  #bytes = 0
  #limits: Limits

  constructor(policy: EvictionPolicy, hash: (id: string) => number, options: TierOptions<V>) {
    this.#policy = policy
    this.#hash = hash
    this.#limits = options
    this.#onEvict = options.onEvict
    this.#weigh = options.weigh ?? (weightOf as unknown as NonNullable<TierOptions<V>['weigh']>)
    this.weighs = options.maxBytes !== undefined
  }

  get(id: string): V | undefined {
    const slot = this.#slots.get(id)
    if (slot === undefined) return undefined
    this.#policy.hit(slot)
    return this.#values[slot]
  }

  getAt(place: Place): V | undefined {
    const { id, slot } = place
    if (this.#ids[slot] === id) {
      this.#policy.hit(slot)
      return this.#values[slot]
    }
    const found = this.#slots.get(id)
    if (found === undefined) return undefined
    place.slot = found
    // The same string, which the next look compares at once.
    place.id = this.#ids[found] ?? id
    this.#policy.hit(found)
    return this.#values[found]
  }

  peek(id: string): V | undefined {
    const slot = this.#slots.get(id)
    return slot === undefined ? undefined : this.#values[slot]
  }

  set(id: string, entry: V, cost = 0): void {
    const known = this.#slots.get(id)
    const weight = this.weighs ? Math.min(HEAVIEST, this.#weigh(entry, id)) : 0
    if (weight > (this.#limits.maxBytes ?? HEAVIEST)) {
      if (known !== undefined) this.#remove(id, known)
      return
    }
    if (known !== undefined) this.#release(known)
    const slot = known ?? this.#take(id)
    this.#values[slot] = entry
    if (this.weighs) this.#weights[slot] = weight
    this.#bytes += weight
    if (known === undefined) this.#policy.insert(slot, this.#hash(id), weight, cost)
    else this.#policy.replace(slot, weight, cost)
    if (this.#isOver()) this.#makeRoom(slot)
    else this.#policy.settle()
  }

  delete(id: string): boolean {
    const slot = this.#slots.get(id)
    if (slot === undefined) return false
    this.#remove(id, slot)
    return true
  }

  clear(): void {
    this.#slots.clear()
    this.#ids.length = 0
    this.#values.length = 0
    this.#free.length = 0
    this.#bytes = 0
    this.#policy.clear()
  }

  *entries(): IterableIterator<[string, V]> {
    for (const slot of this.#policy.order()) {
      const value = this.#values[slot]
      if (value !== undefined) yield [this.#ids[slot] as string, value]
    }
  }

  resize(limits: Limits): void {
    this.#limits = limits
    this.#makeRoom(NOBODY)
  }

  get limits(): Limits {
    return this.#limits
  }

  get count(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#bytes
  }

  #isOver(): boolean {
    const { maxEntries, maxBytes } = this.#limits
    return this.#slots.size > maxEntries || (maxBytes !== undefined && this.#bytes > maxBytes)
  }

  #makeRoom(newcomer: number): void {
    while (this.#isOver()) {
      const slot = this.#policy.victim(newcomer)
      const id = this.#ids[slot]
      if (id === undefined) return
      this.#remove(id, slot)
      this.evictions++
      this.#onEvict(id)
    }
  }

  #take(id: string): number {
    const slot = this.#free.pop() ?? this.#slots.size
    if (slot >= this.#room) this.#grow()
    this.#slots.set(id, slot)
    this.#ids[slot] = id
    return slot
  }

  /** One more than the limit: what is new comes in before what is old goes. */
  #grow(): void {
    const most = Math.max(this.#room, this.#limits.maxEntries) + 1
    this.#room = Math.min(most, Math.max(FIRST_SLOTS, Math.ceil(this.#room * GROWTH)))
    this.#policy.grow(this.#room)
    if (this.weighs) this.#weights = grown(this.#weights, this.#room)
  }

  #release(slot: number): void {
    if (this.weighs) this.#bytes -= this.#weights[slot] ?? 0
  }

  #remove(id: string, slot: number): void {
    this.#release(slot)
    this.#policy.remove(slot)
    this.#slots.delete(id)
    this.#ids[slot] = ''
    this.#values[slot] = undefined
    this.#free.push(slot)
  }
}
