import { LRUCache } from 'lru-cache'
import type { Entry } from '../entry.ts'

/** Tier 1: entries by id, within limits. Synchronous. It knows nothing of time: the engine judges what it finds. */
export interface MemoryTier {
  /** The entry, now the most recently used. */
  get(id: string): Entry | undefined
  /** The entry, without touching its place. */
  peek(id: string): Entry | undefined
  /** Keeps an entry; what is larger than the whole tier is dropped. */
  set(id: string, entry: Entry): void
  delete(id: string): boolean
  clear(): void
  entries(): IterableIterator<[string, Entry]>
  readonly count: number
  /** Whether the size of entries matters. */
  readonly weighs: boolean
  /** Estimated bytes of the values kept, 0 where no limit in bytes is set. */
  readonly bytes: number
  readonly evictions: number
}

export interface MemoryLimits {
  readonly maxEntries: number
  /** `undefined`: no limit in bytes. */
  readonly maxBytes: number | undefined
  /** Called for what is dropped to stay within the limits. */
  readonly onEvict: (id: string) => void
}

/** What an entry costs beside its value and the text of its key: the record, its promise, its place in the list. Measured. */
const ENTRY_OVERHEAD = 280

/** Least recently used goes first. */
export class LruTier implements MemoryTier {
  readonly #lru: LRUCache<string, Entry>
  readonly weighs: boolean
  evictions = 0

  constructor({ maxEntries, maxBytes, onEvict }: MemoryLimits) {
    const disposal = (_: Entry, id: string, reason: LRUCache.DisposeReason): void => {
      if (reason !== 'evict') return
      this.evictions++
      onEvict(id)
    }
    this.weighs = maxBytes !== undefined
    this.#lru = new LRUCache(
      maxBytes === undefined
        ? { max: maxEntries, dispose: disposal }
        : { max: maxEntries, maxSize: maxBytes, sizeCalculation: size, dispose: disposal },
    )
  }

  get(id: string): Entry | undefined {
    return this.#lru.get(id)
  }

  peek(id: string): Entry | undefined {
    return this.#lru.peek(id)
  }

  set(id: string, entry: Entry): void {
    this.#lru.set(id, entry)
  }

  delete(id: string): boolean {
    return this.#lru.delete(id)
  }

  clear(): void {
    this.#lru.clear()
  }

  entries(): IterableIterator<[string, Entry]> {
    return this.#lru.entries()
  }

  get count(): number {
    return this.#lru.size
  }

  get bytes(): number {
    return this.#lru.calculatedSize
  }
}

function size(entry: Entry, id: string): number {
  return entry.bytes + id.length + ENTRY_OVERHEAD
}

/** No tier 1: every read goes to Redis. */
export const NO_MEMORY: MemoryTier = {
  get: () => undefined,
  peek: () => undefined,
  set: () => {},
  delete: () => false,
  clear: () => {},
  entries: () => [].values(),
  count: 0,
  weighs: false,
  bytes: 0,
  evictions: 0,
}
