import type { Eviction } from '../create-tier.ts'

/** A size of memory, and what it would do for the reads that were seen. */
export interface AdvisedSize {
  /** About how many, where the unit is bytes. */
  readonly entries: number
  /** As `maxBytes` counts them; where the unit is entries, so many of the mean weight, and 0 while nothing is in memory. */
  readonly bytes: number
  /** Share of the reads that it would answer, 0 to 1. */
  readonly hitRatio: number
  /** Reads a second that it would not answer: loads, or reads of Redis where there is one. 0 before a millisecond has passed. */
  readonly loadsPerSecond: number
}

/** What `cache.memory.advise()` says. */
export interface Advice {
  /** The policy that the curve is of: `'size-aware'` is `'adaptive'` where `maxBytes` is set. */
  readonly policy: Eviction
  /** Which of its limits the sizes are: bytes with `'size-aware'` and where `resize` says so. */
  readonly unit: 'entries' | 'bytes'
  /** Sizes from small to large. Empty where too little was read to say anything: see `reason`. */
  readonly curve: readonly AdvisedSize[]
  /** The size after which more memory gains least for its price; `undefined` without a curve. */
  readonly knee: AdvisedSize | undefined
  /** The size that memory has now: of its limits the one that is reached first. `undefined` without a curve. */
  readonly current: AdvisedSize | undefined
  /** Keys that were looked at; the others are taken to be like them. */
  readonly sampledKeys: number
  /** The share of all keys that these are, 0 to 1. */
  readonly sampledShare: number
  /** Reads that the curve rests on; older ones count less. */
  readonly reads: number
  /**
   * Mean error of the hit ratios to expect of so few keys, 0 to 1, as measured on public traces; it may be exceeded. 0 for `'lru'` where
   * every key was looked at. `undefined` without a curve.
   */
  readonly errorBound: number | undefined
  /** Why there is no curve. */
  readonly reason: string | undefined
}

const FEWEST_READS = 1000
const FEWEST_KEYS = 200

/** Why nothing can be said yet; `undefined` where it can. */
export function reasonAgainst(
  reads: number,
  sampledKeys: number,
  sampledShare: number,
  hasNoWeight: boolean,
): string | undefined {
  if (reads < FEWEST_READS)
    return `Only ${Math.floor(reads)} reads were seen: it takes ${FEWEST_READS} to say anything.`
  if (sampledKeys < FEWEST_KEYS && sampledShare < 1)
    return `Only ${sampledKeys} keys are in the sample: it takes ${FEWEST_KEYS} to say anything.`
  return hasNoWeight ? 'Nothing is in memory, so what an entry weighs is not known.' : undefined
}

/** What simulation adds to the error of distances. */
const TIMES: Readonly<Record<Eviction, number>> = { lru: 1, adaptive: 1.5, 'size-aware': 3 }

/** The mean error to expect of so many keys of a sample. Measured on public traces: see docs/sizing.md. */
export function errorBoundOf(policy: Eviction, sampledKeys: number, sampledShare: number): number {
  if (sampledShare >= 1 && policy === 'lru') return 0
  if (sampledKeys >= 2000) return 0.015 * TIMES[policy]
  return (sampledKeys >= 500 ? 0.02 : 0.06) * TIMES[policy]
}

/**
 * Where a curve bends: the point farthest above the straight line from nothing to its end, both axes scaled to that end (Kneedle:
 * Satopää et al. 2011).
 */
export function kneeOf(curve: readonly AdvisedSize[], unit: 'entries' | 'bytes'): AdvisedSize | undefined {
  const end = curve.at(-1)
  if (end === undefined || end.hitRatio === 0) return end
  const above = (point: AdvisedSize): number => point.hitRatio / end.hitRatio - point[unit] / end[unit]
  return curve.reduce((best, point) => (above(point) > above(best) ? point : best))
}
