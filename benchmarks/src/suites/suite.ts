import type { SuiteResult } from '../results.ts'
import type { Environment } from '../run/contender.ts'
import type { Effort } from '../run/contest.ts'

export interface SuiteOptions {
  readonly environment: Environment
  /** The other caches that take part, by their names on the command line. */
  readonly peers: readonly string[]
  /** Rounds per launch, where one was asked for. */
  readonly rounds: number | undefined
  /** Less of everything: to see whether it works, not to quote. */
  readonly quick: boolean
  readonly onProgress: (share: number, what: string) => void
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
    rounds: rounds ?? (quick ? Math.ceil(full.rounds / 3) : full.rounds),
    sliceMs: quick ? full.sliceMs / 2 : full.sliceMs,
  }
}
