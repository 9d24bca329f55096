import type { Invariant } from '../history/check.ts'
import type { Plan } from './plan.ts'
import { type Run, simulate } from './simulate.ts'

/** The first thing that was wrong with a run. */
export interface Verdict {
  readonly seed: number
  readonly invariant: Invariant
  readonly message: string
}

/** Runs a plan and says what was wrong, if anything was. */
export async function judge(plan: Plan): Promise<{ readonly run: Run; readonly verdict: Verdict | undefined }> {
  const run = await simulate(plan)
  return { run, verdict: verdictOf(plan, run) }
}

export function verdictOf({ seed }: Plan, { violations, troubles }: Run): Verdict | undefined {
  const [violation] = violations
  if (violation !== undefined) return { seed, invariant: violation.invariant, message: violation.message }
  const [trouble] = troubles
  return trouble && { seed, invariant: 'liveness', message: trouble.what }
}
