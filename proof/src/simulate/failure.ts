import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { timeline } from '../history/timeline.ts'
import { swimLanes } from '../history/swim-lanes.ts'
import type { Failure } from '../section.ts'
import { generate } from './generate.ts'
import type { Plan } from './plan.ts'
import { describe, shrink } from './shrink.ts'
import { type Run, simulate } from './simulate.ts'
import { type Verdict, verdictOf } from './verdict.ts'

const WINDOW_MS = 1000

/** A seed that broke a promise: shrunk, and told moment by moment. */
export async function failureOf(verdict: Verdict, folder: string): Promise<Failure> {
  const plan = await shrink(generate(verdict.seed), async candidate => {
    return verdictOf(candidate, await simulate(candidate))?.invariant === verdict.invariant
  })
  const run = await simulate(plan, true)
  const shown = verdictOf(plan, run) ?? verdict
  const text = `${describe(plan)}\n\n${tell(run, shown)}`
  return {
    title: `seed ${verdict.seed}: ${shown.message}`,
    detail: text,
    repeat: repeatOf(verdict.seed),
    ...draw(plan, run, text, folder),
  }
}

/** The command that runs one seed. */
export function repeatOf(seed: number): string {
  return `pnpm prove simulate --seed ${seed} --seeds 1`
}

function tell({ history, violations, troubles, notes }: Run, { message }: Verdict): string {
  const [violation] = violations
  if (violation !== undefined) return timeline(history, violation, notes)
  const [trouble] = troubles
  return trouble?.what ?? message
}

function draw(plan: Plan, run: Run, text: string, folder: string): { readonly view?: string } {
  const [violation] = run.violations
  if (violation === undefined) return {}
  const view = `simulate-${plan.seed}.html`
  const { deltaMs } = plan.world
  const caption = { windowMs: WINDOW_MS, deltaMs, repeat: repeatOf(plan.seed), timeline: text }
  writeFileSync(join(folder, view), swimLanes(run.history, violation, caption))
  return { view }
}
