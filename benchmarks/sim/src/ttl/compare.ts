import { adaptiveTtl, aimdTtl, alexTtl, fixedTtl } from '@tiercache/adaptive-ttl'
import { type Family, type Measure, bestOf } from './search.ts'
import { type Outcome, simulate } from './simulate.ts'
import type { Workload } from './workloads.ts'

/** What is asked of a policy: a share of stale reads, or a mean age of what is served stale. */
export type Target = { readonly staleTarget: number } | { readonly staleAge: number }

/** A policy on a workload, beside the best that others could do had they known the future. */
export interface Comparison {
  readonly name: string
  readonly outcome: Outcome
  /** What was met of the target; 1: all that was allowed. */
  readonly met: number
  /** Share of the loads saved against the best fixed ttl that met as much. */
  readonly savedAtSame: number
  /** Share of the loads saved against the best fixed ttl that met the target. */
  readonly savedAtTarget: number
}

export interface CompareOptions {
  /** Where a key begins, in ms. Default: a thousandth of the workload's time. */
  readonly initialMs?: number
  /** Which policies beside the adaptive one, each set as well as it could be for the workload. Default: none. */
  readonly others?: readonly ('alex' | 'aimd')[]
}

const version = (value: number): number => value
const MIN = '1ms'

/** The adaptive policy against the best of others, on one workload. */
export function compare(workload: Workload, target: Target, options: CompareOptions = {}): Comparison[] {
  const { durationMs } = workload
  const { initialMs = durationMs / 1000, others = [] } = options
  const measure: Measure = 'staleAge' in target ? 'meanStaleAgeMs' : 'staleShare'
  const most = 'staleAge' in target ? target.staleAge : target.staleTarget
  const bounds = { minTtl: MIN, maxTtl: durationMs, version } as const
  const families: Record<'fixed' | 'alex' | 'aimd', Family> = {
    fixed: scale => fixedTtl(Math.max(1, scale * durationMs)) as never,
    alex: scale => alexTtl<number>({ ...bounds, factor: scale }),
    aimd: scale =>
      aimdTtl<number>({
        ...bounds,
        initialTtl: Math.max(1, scale * durationMs),
        add: Math.max(1, scale * durationMs),
      }),
  }
  const range = { from: 1e-6, to: 0.5 }
  const fixedAt = (limit: number): Outcome =>
    bestOf(workload, families.fixed, { measure, most: limit, ...range }).outcome
  const atTarget = fixedAt(most)
  const judge = (name: string, outcome: Outcome): Comparison => ({
    name,
    outcome,
    met: outcome[measure] / most,
    savedAtSame: 1 - outcome.loads / fixedAt(outcome[measure]).loads,
    savedAtTarget: 1 - outcome.loads / atTarget.loads,
  })
  const adaptive = adaptiveTtl<number>({
    ...bounds,
    ...target,
    initialTtl: Math.max(1, initialMs),
    stretch: 1,
  })
  return [
    judge('adaptive', simulate(workload, adaptive)),
    { name: 'fixed', outcome: atTarget, met: atTarget[measure] / most, savedAtSame: 0, savedAtTarget: 0 },
    ...others.map(name => judge(name, bestOf(workload, families[name], { measure, most, ...range }).outcome)),
  ]
}
