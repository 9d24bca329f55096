import type { Comparison, Measured, Metric, Results, Row, Target } from '../results.ts'
import type { Summary } from '../statistics.ts'

/** A goal of ours and what became of it. */
export interface Goal {
  readonly comparison: Comparison
  readonly row: Measured
  readonly target: Target
  readonly figure: Summary
  /** `reached`; `short` of the goal, before the gate; `failed`: behind the gate. */
  readonly state: 'reached' | 'short' | 'failed'
}

/** A peer's line that is better than lines of ours, asked the same. */
export interface Loss {
  readonly comparison: Comparison
  readonly peer: Measured
  /** Our best line that it beats, and how many of ours that measure the same it beats of how many. */
  readonly ours: Measured
  readonly beaten: number
  readonly of: number
  /** How many times as good the peer's median is as that line's; above 1. */
  readonly times: number
  /** The middle halves of both overlap: the order could be chance. */
  readonly isClose: boolean
}

/** All goals of a run, in its order. */
export function goalsOf({ suites }: Results): Goal[] {
  return comparisonsOf(suites).flatMap(comparison =>
    measuredOf(comparison).flatMap(row => {
      const { target } = row
      const figure = target === undefined ? undefined : target.of === 'ratio' ? row.ratio : row.value
      if (target === undefined || figure === undefined) return []
      const holds = (bound: number): boolean => isAsGood(figure.median, bound, comparison.metric)
      const isHeld = target.gate === undefined || holds(target.gate)
      const state = holds(target.goal) ? 'reached' : isHeld ? 'short' : 'failed'
      return [{ comparison, row, target, figure, state } satisfies Goal]
    }),
  )
}

/** Where peers are better, the clearest first: beaten in all lines before beaten in some, then by how much. */
export function lossesOf({ suites }: Results): Loss[] {
  return comparisonsOf(suites)
    .flatMap(lossesIn)
    .toSorted((a, b) => Number(b.beaten === b.of) - Number(a.beaten === a.of) || b.times - a.times)
}

function lossesIn(comparison: Comparison): Loss[] {
  const { metric } = comparison
  const rows = measuredOf(comparison)
  const beats = (one: Measured, other: Measured): boolean =>
    isBetter(claimOf(one).median, claimOf(other).median, metric)
  return rows
    .filter(({ kind }) => kind === 'peer')
    .flatMap(peer => {
      const ours = rows.filter(row => row.kind === 'ours' && row.at === peer.at)
      const beaten = ours.filter(row => beats(peer, row))
      const [best] = beaten.toSorted((a, b) => Number(beats(b, a)) - Number(beats(a, b)))
      if (best === undefined) return []
      const times = timesOf(claimOf(peer), claimOf(best), metric)
      const isClose = overlap(claimOf(peer), claimOf(best))
      return [{ comparison, peer, ours: best, beaten: beaten.length, of: ours.length, times, isClose }]
    })
}

/** What is claimed of a row: the ratio to the anchor in the same round; the value where there is no anchor. */
export function claimOf({ ratio, value }: Measured): Summary {
  return ratio ?? value
}

/** Whether a row is one that was measured. */
export function isMeasured(row: Row): row is Measured {
  return 'value' in row
}

export function comparisonsOf(suites: Results['suites']): Comparison[] {
  return suites.flatMap(({ comparisons }) => comparisons)
}

function measuredOf({ rows }: Comparison): Measured[] {
  return rows.filter(isMeasured)
}

function isBetter(one: number, other: number, { better }: Metric): boolean {
  return better === 'less' ? one < other : one > other
}

function isAsGood(one: number, other: number, metric: Metric): boolean {
  return one === other || isBetter(one, other, metric)
}

/** How many times as good `one` is as `other`; infinite where it is a count that is 0. */
function timesOf(one: Summary, other: Summary, { better }: Metric): number {
  const [more, less] = better === 'less' ? [other, one] : [one, other]
  return more.median / less.median
}

function overlap(one: Summary, other: Summary): boolean {
  return one.n > 1 && one.q1 <= other.q3 && other.q1 <= one.q3
}
