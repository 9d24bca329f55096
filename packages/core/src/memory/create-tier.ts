import type { Entry } from '../entry.ts'
import { GhostAdaptive } from './ghost-adaptive.ts'
import { GreedyDual } from './greedy-dual.ts'
import { LeastRecent } from './least-recent.ts'
import { SlotTier } from './slot-tier.ts'
import type { MemoryTier, TierOptions } from './tier.ts'

/** Who goes first when a limit is reached: see `LeastRecent`, `GhostAdaptive` and `GreedyDual`. */
export type Eviction = 'lru' | 'adaptive' | 'size-aware'

/** A tier of the policy asked for. `hash` is asked where the policy remembers keys it no longer has. */
export function createTier<V extends object = Entry>(
  eviction: Eviction,
  hash: (id: string) => number,
  options: TierOptions<V>,
): MemoryTier<V> {
  if (eviction === 'lru') return new SlotTier(new LeastRecent(), unhashed, options)
  return new SlotTier(eviction === 'adaptive' ? new GhostAdaptive() : new GreedyDual(), hash, options)
}

function unhashed(): number {
  return 0
}
