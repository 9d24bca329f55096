import type { Eviction } from '../create-tier.ts'
import { GhostAdaptive } from '../ghost-adaptive.ts'
import { GreedyDual } from '../greedy-dual.ts'
import type { Limits } from '../tier.ts'
import { Advisor } from './advisor.ts'
import { Distances } from './distances.ts'
import { Miniatures } from './miniatures.ts'

/** From and up to which size advice is given. */
export interface SizeRange {
  readonly unit: 'entries' | 'bytes'
  readonly min: number
  readonly max: number
}

/** A curve that is known everywhere is told at so many sizes; one that is simulated at fewer, for each of them costs. */
const POINTS = 16
const SIMULATED_POINTS = 6
const WEIGHED_POINTS = 5
/** Keys looked at, at most. */
const SLOTS = 4096
const SIMULATED_SLOTS = 2048
/** Of all keys, a share that is looked at where reads are many: by distances, and at most by simulation, which costs ten times as much. */
const SHARE = 1 / 10
const SIMULATED_SHARE = 1 / 16
/** A copy of the smallest size holds so many entries, if that share allows: a smaller one does not do what the policy does. */
const SMALLEST_COPY = 64
const SMALLEST = 1 / 8
const SMALLEST_SIMULATED = 1 / 4
const LARGEST = 4

/** What an advisor has to know of the memory it is for. */
export interface AdvisorSettings {
  readonly eviction: Eviction
  readonly limits: Limits
  /** Default: from an eighth of what memory has to four times that; where it is simulated, from a quarter. */
  readonly range?: SizeRange | undefined
  readonly hash: (id: string) => number
  /** Reads until now, whatever became of them. */
  readonly reads: () => number
  readonly now: number
}

/** An advisor for the policy in use: the curve of LRU by distances, that of the others by simulation. */
export function createAdvisor({ eviction, limits, range, hash, reads, now }: AdvisorSettings): Advisor {
  const { maxEntries, maxBytes = maxEntries } = limits
  const weighs = eviction === 'size-aware'
  const { unit, min, max } = range ?? around(eviction, weighs ? maxBytes : maxEntries)
  const sizes = sizesOf(min, max, weighs ? WEIGHED_POINTS : eviction === 'lru' ? POINTS : SIMULATED_POINTS)
  const slots = eviction === 'lru' ? SLOTS : SIMULATED_SLOTS
  const model =
    eviction === 'lru'
      ? new Distances(sizes)
      : new Miniatures(sizes, slots, weighs, () => (weighs ? new GreedyDual() : new GhostAdaptive()))
  // What a size in bytes holds is not known: as many entries as there may be, and so much more as it is larger.
  const mostEntries = unit === 'bytes' ? Math.ceil(maxEntries * Math.max(1, max / maxBytes)) : max
  const share = eviction === 'lru' ? SHARE : Math.min(SIMULATED_SHARE, weighs ? 1 : SMALLEST_COPY / min)
  return new Advisor({ policy: eviction, model, slots, unit, share, mostEntries, hash, reads, now })
}

function around(eviction: Eviction, limit: number): SizeRange {
  return {
    unit: eviction === 'size-aware' ? 'bytes' : 'entries',
    min: Math.max(1, Math.round(limit * (eviction === 'lru' ? SMALLEST : SMALLEST_SIMULATED))),
    max: limit * LARGEST,
  }
}

/** Sizes from `min` to `max`, each as many times larger than the one before. */
function sizesOf(min: number, max: number, count: number): number[] {
  const sizes = Array.from({ length: count }, (_, i) => Math.round(min * (max / min) ** (i / (count - 1))))
  return [...new Set(sizes)]
}
