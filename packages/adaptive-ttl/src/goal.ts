import {
  cubeRootLaw,
  cubeRootPrice,
  type Rates,
  squareRootLaw,
  squareRootPrice,
  staleAge,
  staleShare,
} from './law.ts'

/** What is not wanted, how much of it is accepted, and what follows for lifetimes. */
export interface Goal {
  readonly target: number
  readonly law: (rates: Rates) => number
  readonly price: (rates: Omit<Rates, 'price'>, ttlMs: number) => number
  /** How much of it a read met, on average, of a value with this ttl that changed within `spanMs`. */
  readonly unwanted: (changes: number, ttlMs: number, spanMs: number) => number
  /** The same where the value is known to have changed `unchangedMs` after its load. */
  readonly unwantedSince: (unchangedMs: number, ttlMs: number, spanMs: number) => number
  /** The change rate at which a lifetime meets the target. */
  readonly changesAt: (ttlMs: number) => number
}

/** No more than `target` of all reads are stale. */
export function ratioGoal(target: number): Goal {
  return {
    target,
    law: squareRootLaw,
    price: squareRootPrice,
    unwanted: staleShare,
    unwantedSince: (unchangedMs, ttlMs, spanMs) => {
      const servedMs = Math.min(ttlMs, spanMs)
      return Math.max(0, servedMs - unchangedMs) / servedMs
    },
    changesAt: ttlMs => (2 * target) / ttlMs,
  }
}

/** What is served was out of date for no more than `targetMs`, averaged over all reads. */
export function ageGoal(targetMs: number): Goal {
  return {
    target: targetMs,
    law: cubeRootLaw,
    price: cubeRootPrice,
    unwanted: staleAge,
    unwantedSince: (unchangedMs, ttlMs, spanMs) => {
      const servedMs = Math.min(ttlMs, spanMs)
      return Math.max(0, servedMs - unchangedMs) ** 2 / (2 * servedMs)
    },
    changesAt: ttlMs => (6 * targetMs) / ttlMs ** 2,
  }
}
