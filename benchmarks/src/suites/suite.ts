import type { Environment } from '../run/contender.ts'
import type { Effort } from '../run/contest.ts'
import type { Table } from '../report/table.ts'

export interface SuiteOptions {
  readonly environment: Environment
  /** Rounds per launch, where one was asked for. */
  readonly rounds: number | undefined
  /** Less of everything: to see whether it works, not to quote. */
  readonly quick: boolean
  readonly onProgress: (share: number, what: string) => void
}

export interface SuiteResult {
  readonly tables: readonly Table[]
  /** Promises that were not kept: they fail the run. Slow is no failure here; see gate.ts. */
  readonly failures: readonly string[]
}

export interface Suite {
  readonly name: string
  /** What it measures, in a line. */
  readonly about: string
  readonly run: (options: SuiteOptions) => Promise<SuiteResult>
}

/** An effort, and how long one contender's turn in a round lasts. */
export interface TimedEffort extends Effort {
  readonly sliceMs: number
}

/** The effort of a suite, and what `--quick` and `--rounds` make of it. */
export function effortOf({ quick, rounds }: SuiteOptions, full: TimedEffort): TimedEffort {
  return {
    launches: quick ? 1 : full.launches,
    rounds: rounds ?? (quick ? Math.ceil(full.rounds / 2) : full.rounds),
    sliceMs: quick ? full.sliceMs / 2 : full.sliceMs,
  }
}
