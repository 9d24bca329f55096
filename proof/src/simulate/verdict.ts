import type { Invariant } from '../history/check.ts'
import type { Plan } from './plan.ts'
import type { Run } from './simulate.ts'

/** The first thing that was wrong with a run. */
export interface Verdict {
  readonly seed: number
  readonly invariant: Invariant
  readonly message: string
}

/** What was wrong with a run of a plan, if anything was. */
export function verdictOf({ seed }: Plan, { violations, troubles }: Run): Verdict | undefined {
  const [violation] = violations
  if (violation !== undefined) return { seed, invariant: violation.invariant, message: violation.message }
  const [trouble] = troubles
  return trouble && { seed, invariant: 'liveness', message: trouble.what }
}
