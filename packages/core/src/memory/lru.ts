import { LRUCache } from 'lru-cache'
import type { Entry } from '../entry.ts'
import { type Limits, type MemoryTier, type TierOptions, weightOf } from './tier.ts'

/** Least recently used goes first. */
export class LruTier<V extends object = Entry> implements MemoryTier<V> {
  readonly weighs: boolean
  evictions = 0
  readonly #options: TierOptions<V>
  #lru: LRUCache<string, V>
  #limits: Limits

  constructor(options: TierOptions<V>) {
    this.#options = options
    this.#limits = options
    this.weighs = options.maxBytes !== undefined
    this.#lru = this.#make(options)
  }

  get(id: string): V | undefined {
    return this.#lru.get(id)
  }

  peek(id: string): V | undefined {
    return this.#lru.peek(id)
  }

  set(id: string, entry: V): void {
    this.#lru.set(id, entry)
  }

  delete(id: string): boolean {
    return this.#lru.delete(id)
  }

  clear(): void {
    this.#lru.clear()
  }

  entries(): IterableIterator<[string, V]> {
    return this.#lru.entries()
  }

  /** Moves every entry to a list of the new size: lru-cache has its limits for life. */
  resize(limits: Limits): void {
    const old = this.#lru
    this.#limits = limits
    this.#lru = this.#make(limits)
    for (const id of old.rkeys()) {
      const entry = old.peek(id)
      if (entry !== undefined) this.#lru.set(id, entry)
      if (!this.#lru.has(id)) this.#evicted(id)
    }
  }

  get limits(): Limits {
    return this.#limits
  }

  get count(): number {
    return this.#lru.size
  }

  get bytes(): number {
    return this.#lru.calculatedSize
  }

  #evicted(id: string): void {
    this.evictions++
    this.#options.onEvict(id)
  }

  #make({ maxEntries, maxBytes }: Limits): LRUCache<string, V> {
    const { weigh = weightOf as unknown as NonNullable<TierOptions<V>['weigh']> } = this.#options
    const dispose = (_: V, id: string, reason: LRUCache.DisposeReason): void => {
      if (reason === 'evict') this.#evicted(id)
    }
    return new LRUCache(
      maxBytes === undefined
        ? { max: maxEntries, dispose }
        : { max: maxEntries, maxSize: maxBytes, sizeCalculation: weigh, dispose },
    )
  }
}
