import type { TtlPolicy } from '@tiercache/core'
import { type Outcome, simulate } from './simulate.ts'
import type { Workload } from './workloads.ts'

/** What is not wanted of an outcome. */
export type Measure = 'staleShare' | 'meanStaleAgeMs'

/** A policy with one number in it: the larger, the longer its lifetimes. */
export type Family = (scale: number) => TtlPolicy<number>

/** The best member of a family: its scale, and what it brought. */
export interface Best {
  readonly scale: number
  readonly outcome: Outcome
}

/**
 * The member of a family with the fewest loads that keeps a measure at or below `most`, by halving the interval of scales `steps` times (default 12, which
 * ends within a thousandth).
 */
export function bestOf(
  workload: Workload,
  family: Family,
  {
    measure,
    most,
    from,
    to,
    steps = 12,
  }: {
    readonly measure: Measure
    readonly most: number
    readonly from: number
    readonly to: number
    readonly steps?: number
  },
): Best {
  let [low, high] = [Math.log(from), Math.log(to)]
  let best: Best = { scale: from, outcome: simulate(workload, family(from)) }
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2
    const scale = Math.exp(middle)
    const outcome = simulate(workload, family(scale))
    if (outcome[measure] <= most) {
      best = { scale, outcome }
      low = middle
    } else high = middle
  }
  return best
}
