import { findBinary, findRedis } from '@tiercache/redis-server'
import type { Context, Failure, Outcome, Section } from '../section.ts'
import { examine, type Findings } from './examination.ts'
import { isBroken, report, slowestRecovery } from './report.ts'
import type { Sickness } from './sickness.ts'
import { SICKNESSES } from './sicknesses.ts'
import { type Trial, TRIALS } from './trials.ts'
import { round, verdictOf } from './verdict.ts'

/** Longer than Δ: memory may not answer any more by then. */
const SICK_MS = 2500
const SICK_MS_QUICK = 2100
/** Each has a server and two processes of its own. */
const AT_ONCE = 2
/** A machine that leaves an idle process waiting for this long says nothing of times: they are taken again. */
const NOISE_MS = 40
const TRIES = 3

/** Never in the way: what a sick Redis may cost, and what it may not. */
export const boundedSection: Section = {
  name: 'bounded',
  title: 'Never in the way',
  about: 'every operation against a Redis that is sick in every way we know',
  explains:
    'A service with a cache runs under load in a process of its own, and its Redis falls sick: it hangs, refuses, is slow, full, read-only, loading, busy, forbids, forgets. Meanwhile every operation of the cache is called and timed, and values are invalidated in every way there is. Then Redis heals, and is asked whether anything that was invalidated is still there. At last Redis falls sick again while one cache starts and all are closed. It fails when a call takes longer than its budget, a read with an open circuit costs more than a millisecond, an invalidation is lost, recovery takes more than three seconds, or the process warns, dies or does not end by itself.',
  run,
}

async function run(context: Context): Promise<Outcome> {
  // Servers of one's own need a binary; a search brings one where there is none.
  if ((await findBinary()) === undefined) await (await findRedis()).stop()
  const { quick, onProgress } = context
  const sicknesses = SICKNESSES.filter(one => !quick || one.quick === true)
  const all: Findings[] = []
  const trials: Trial[] = []
  const failures: Failure[] = []
  const repeat = `pnpm prove bounded --seed ${context.seed}${quick ? ' --quick' : ''}`
  const jobs = [
    ...sicknesses.map(sickness => ({
      name: sickness.name,
      run: async () => {
        const findings = await examineInPeace(sickness, quick ? SICK_MS_QUICK : SICK_MS)
        all.push(findings)
        const broken = verdictOf(findings)
        const detail = broken.map(({ text }) => text).join('\n')
        if (broken.length > 0) failures.push({ title: titleOf(sickness), detail, repeat })
      },
    })),
    ...Object.entries(TRIALS).map(([name, trial]) => ({
      name,
      run: async () => {
        const result = await trial(quick)
        trials.push(result)
        if (isBroken(result))
          failures.push({ title: `${result.name} ${result.about}`, detail: detailOf(result), repeat })
      },
    })),
  ]
  let done = 0
  await eachOf(jobs, AT_ONCE, async ({ name, run: runJob }) => {
    try {
      await runJob()
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
      failures.push({ title: `${name}: runs to its end`, detail, repeat })
    }
    onProgress(++done / jobs.length, name)
  })
  const order = sicknesses.map(({ name }) => name)
  const sorted = all.toSorted((a, b) => order.indexOf(a.sickness.name) - order.indexOf(b.sickness.name))
  return { failures, summary: summaryOf(sorted, failures), ...report(sorted, trials) }
}

/** Examines again where the machine was too busy to tell: only what is about time, and only so often. */
async function examineInPeace(sickness: Sickness, sickMs: number): Promise<Findings> {
  for (let tries = 1; ; tries++) {
    const findings = await examine(sickness, sickMs)
    const broken = verdictOf(findings)
    const mayBeNoise = broken.length > 0 && broken.every(({ aboutTime }) => aboutTime)
    if (!mayBeNoise || findings.noiseMs < NOISE_MS || tries === TRIES) return { ...findings, tries }
  }
}

function titleOf({ name, about }: Sickness): string {
  return `Redis is sick (${name}: ${about}) and the cache is never in the way`
}

function detailOf({ value, unit, bound, trouble }: Trial): string {
  return `${round(value)} ${unit}, bound ${bound} ${unit}${trouble === '' ? '' : `\n${trouble}`}`
}

function summaryOf(all: readonly Findings[], failures: readonly Failure[]): string {
  const lost = all.reduce((sum, one) => sum + one.lost.length, 0)
  const verdict = failures.length === 0 ? '' : `${failures.length} broken promises, `
  return `${verdict}${all.length} kinds of sick Redis, ${lost} invalidations lost, recovery within ${slowestRecovery(all).slowestMs} ms`
}

/** Runs the jobs in their order, so many at a time. */
async function eachOf<T>(jobs: readonly T[], atOnce: number, work: (job: T) => Promise<void>): Promise<void> {
  const waiting = jobs.values()
  const worker = async (): Promise<void> => {
    for (const job of waiting) await work(job)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
