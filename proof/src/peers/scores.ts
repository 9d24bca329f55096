import type { Invariant } from '../history/check.ts'
import type { History } from '../history/history.ts'
import { staleness } from '../real/measure.ts'
import { type Evidence, STOOD } from '../real/run.ts'

/** A call that takes longer hangs. */
export const HUNG_MS = 5000

/** How a cache did in a contest. Plain data. */
export interface Scores {
  readonly violations: Readonly<Partial<Record<Invariant, number>>>
  /** A few of them, in words. */
  readonly examples: readonly string[]
  readonly worstStaleMs: number
  /** Calls that took longer than `HUNG_MS`. */
  readonly hung: number
  /** Rows that some instance still had wrong, or did not answer for, when all had been quiet for longer than Δ. */
  readonly lost: number
  /** Errors that nobody caught; each ends a process. */
  readonly fatal: number
  /** Calls that rejected, for whatever reason, a failing database included. */
  readonly rejected: number
  /** What they said, the most frequent first. */
  readonly said: readonly string[]
  readonly readsPerSecond: number
  readonly reads: number
  readonly faults: number
}

/** Judges a contest. */
export function scoresOf({ plan, history, violations, crashes, counts, errors }: Evidence): Scores {
  const byInvariant = Map.groupBy(violations, violation => violation.invariant)
  const atWork = history.reads.filter(read => read.t0 >= 0 && read.t0 < plan.ms)
  return {
    violations: Object.fromEntries([...byInvariant].map(([invariant, list]) => [invariant, list.length])),
    examples: [...byInvariant].map(([invariant, [first]]) => `${invariant}: ${first?.message}`),
    worstStaleMs: staleness(history).reduce((worst, ms) => Math.max(worst, ms), 0),
    hung: hungCalls(history),
    lost: new Set(byInvariant.get('settled')?.map(({ key }) => key)).size,
    fatal: crashes.length + sum(counts.map(count => count['fatal'] ?? 0)),
    rejected: sum([...errors.values()]),
    said: [...errors].toSorted(([, a], [, b]) => b - a).map(([text, count]) => `${count} × ${text}`),
    readsPerSecond: Math.round((atWork.length * 1000) / plan.ms),
    reads: history.reads.length,
    faults: history.faults.filter(({ name }) => name !== STOOD).length,
  }
}

/** A call for many keys is many reads, and one call. */
function hungCalls({ reads, writes }: History): number {
  const slow = [...reads, ...writes].filter(({ t0, t1 }) => t1 - t0 > HUNG_MS)
  return new Set(slow.map(({ instance, life, how, t0 }) => `${instance} ${life} ${how} ${t0}`)).size
}

function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0)
}
