/** Who goes first. It knows slots, small whole numbers, and nothing of keys and values. */
export interface EvictionPolicy {
  /** Makes room for slots up to, not including, `slots`. */
  grow(slots: number): void
  /** A slot was used. */
  hit(slot: number): void
  /** A slot was filled. `cost` is what it took to come by it, 0 if that is not known. */
  insert(slot: number, hash: number, weight: number, cost: number): void
  /** A slot was filled anew, under the same key. */
  replace(slot: number, weight: number, cost: number): void
  /** Nothing has to go for what was inserted. */
  settle(): void
  /** The slot to give up, whose turn it is; not the newcomer unless nothing else is left. `remove` follows. */
  victim(newcomer: number): number
  remove(slot: number): void
  /** All slots in use, those it would keep longest first. */
  order(): number[]
  clear(): void
}
