import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Violation } from '../history/check.ts'
import { swimLanes } from '../history/swim-lanes.ts'
import { type Remark, timeline } from '../history/timeline.ts'
import type { Failure } from '../section.ts'
import { groupOf, tagOf } from './keys.ts'
import { BOUNDS, DELTA_MS, type Evidence } from './run.ts'

/** A fault is forgotten this soon after it was healed. */
export const RECOVERY_MS = 3000
/** What a view shows before the violation: this, and more where its cause is older. */
const WINDOW_MS = 2500
const MOST_WINDOW_MS = 10_000
/** Of one run, this many violations are shown. */
const SHOWN = 4
/** Fewer calls than this in a second prove nothing. */
const LEAST_READS = 60

/** What a run found, for people: the first violations with their timelines and views, and whatever else should not have been. */
export async function failuresOf(run: Evidence, section: string, folder: string): Promise<Failure[]> {
  const { plan, violations, crashes, undone, damage, history } = run
  const repeat = `pnpm prove ${section} --seed ${plan.seed} --seeds 1   # the same calls and faults; real time decides how they interleave`
  const simply = (title: string, detail: string): Failure => ({ title, detail, repeat })
  const failures: Failure[] = []
  for (const violation of shown(violations))
    failures.push(await failureOf(run, violation, section, folder, repeat))
  const hidden = violations.length - failures.length
  if (hidden > 0) failures.push(simply(`${hidden} more violations in seed ${plan.seed}`, listed(violations)))
  for (const crash of new Set(crashes))
    failures.push(simply('No process dies, and no rejection goes unhandled', crash))
  if (undone > 0)
    failures.push(
      simply('Nothing deferred is lost', `${undone} writes had not reached Redis 12 s after the last fault.`),
    )
  for (const { fault, ms, instance } of damage.recoveries) {
    if (ms <= RECOVERY_MS) continue
    const detail = `After "${fault}", instance ${instance} needed ${Math.round(ms)} ms. This process stood still for ${Math.round(run.lagMs)} ms at most.`
    failures.push(simply(`Service is as before within ${RECOVERY_MS} ms`, detail))
  }
  const least = (LEAST_READS * plan.ms) / 1000
  if (history.reads.length < least || history.faults.length === 0)
    failures.push(
      simply(
        'A history is long enough to prove something',
        `${history.reads.length} reads, ${history.faults.length} faults.`,
      ),
    )
  if (failures.length > 0) await writeFile(join(folder, `${section}-${plan.seed}.ndjson`), linesOf(run))
  return failures
}

/** The first of each promise that was broken, then whatever comes first. */
function shown(violations: readonly Violation[]): Violation[] {
  const firsts = [...Map.groupBy(violations, one => one.invariant).values()].flatMap(list => list.slice(0, 1))
  const others = violations.filter(one => !firsts.includes(one))
  return [...firsts, ...others].slice(0, Math.max(SHOWN, firsts.length))
}

async function failureOf(
  run: Evidence,
  violation: Violation,
  section: string,
  folder: string,
  repeat: string,
): Promise<Failure> {
  const { history, violations, plan } = run
  const text = timeline(history, violation, remarksOf(run, violation.key))
  const view = `${section}-${plan.seed}-${violations.indexOf(violation)}.html`
  const since = violation.seen.t0 - (violation.because?.t0 ?? violation.seen.t0)
  const page = swimLanes(history, violation, {
    windowMs: Math.min(MOST_WINDOW_MS, Math.max(WINDOW_MS, since + WINDOW_MS / 5)),
    deltaMs: DELTA_MS,
    repeat,
    timeline: text,
  })
  await writeFile(join(folder, view), page)
  return { title: violation.message, detail: text, repeat, view }
}

/** What instances heard that concerns a key. */
function remarksOf({ heard }: Evidence, key: string): Remark[] {
  const names = [key, tagOf(key), groupOf(key).name, '']
  return heard
    .filter(one => one.names.some(name => names.includes(name)))
    .map(({ instance, at, names: said }) => ({
      instance,
      at,
      key,
      text: `hears of ${said.map(name => name || 'everything').join(', ')}`,
    }))
}

function listed(violations: readonly Violation[]): string {
  return violations
    .slice(0, 40)
    .map(({ invariant, message }) => `${invariant}: ${message}`)
    .join('\n')
}

/** The whole history, one call per line. */
function linesOf({ history, heard, plan }: Evidence): string {
  const kinds = {
    read: history.reads,
    write: history.writes,
    load: history.loads,
    fault: history.faults,
    heard,
  }
  const head = JSON.stringify({
    type: 'plan',
    seed: plan.seed,
    topology: plan.topology,
    contender: plan.contender.name,
    bounds: BOUNDS,
  })
  const lines = Object.entries(kinds).flatMap(([type, list]) =>
    list.map(one => JSON.stringify({ type, ...one })),
  )
  return [head, ...lines, ''].join('\n')
}
