import type { Entry } from '../entry.ts'

/** An id, and where memory had it when it was last asked. */
export interface Place {
  id: string
  slot: number
}

/** Tier 1: entries by id, within limits. Synchronous. It knows nothing of time: the engine judges what it finds. */
export interface MemoryTier<V = Entry> {
  /** The entry; that it was used counts when room has to be made. */
  get(id: string): V | undefined
  /** As `get`, for less where the entry is still where it was; `place` is kept up to date. */
  getAt(place: Place): V | undefined
  /** The entry, without counting as a use. */
  peek(id: string): V | undefined
  /**
   * Keeps an entry; what is larger than the whole tier is dropped. `cost`: what it took to come by it, in any unit, for policies that
   * keep what is dear; 0 where it is not known.
   */
  set(id: string, entry: V, cost?: number): void
  delete(id: string): boolean
  clear(): void
  /** All that is kept, in the order of its worth to the policy, the best first: what was read last, what is read most. */
  entries(): IterableIterator<[string, V]>
  /** Sets other limits and evicts at once what is beyond them. */
  resize(limits: Limits): void
  readonly limits: Limits
  readonly count: number
  /** Whether the size of entries matters. */
  readonly weighs: boolean
  /** Estimated bytes of the values kept, 0 where no limit in bytes is set. */
  readonly bytes: number
  readonly evictions: number
}

/** How much a tier may hold. */
export interface Limits {
  readonly maxEntries: number
  /** `undefined`: no limit in bytes. It stays so, or stays a number, for the life of a tier. */
  readonly maxBytes: number | undefined
}

/** What tiers are made of. */
export interface TierOptions<V = Entry> extends Limits {
  /** Called for what is dropped to stay within the limits. */
  readonly onEvict: (id: string) => void
  /** What an entry counts against `maxBytes`. Default: its value and key, and what the tier spends on it. */
  readonly weigh?: (entry: V, id: string) => number
}

/** What an entry costs beside its value and the text of its key: the record, its promise, its place in the list. Measured. */
const ENTRY_OVERHEAD = 280

/** What an entry of the engine weighs. */
export function weightOf(entry: { readonly bytes: number }, id: string): number {
  return entry.bytes + id.length + ENTRY_OVERHEAD
}

/** No tier 1: every read goes to Redis. */
export const NO_MEMORY: MemoryTier = {
  get: () => undefined,
  getAt: () => undefined,
  peek: () => undefined,
  set: () => {},
  delete: () => false,
  clear: () => {},
  entries: () => [].values(),
  resize: () => {},
  limits: { maxEntries: 0, maxBytes: undefined },
  count: 0,
  weighs: false,
  bytes: 0,
  evictions: 0,
}
