import type { Findings } from './examination.ts'
import { BUDGETS_MS, DEADLINE_MS, type Kind } from './operations.ts'
import { quantile } from './sample.ts'

/** What a loaded machine may add to one call. Something that waits for a connection or a dead server takes far longer. */
export const SLACK_MS = 350
/** What it may add to half of them. */
const USUAL_SLACK_MS = 25
export const OPEN_READ_MS = 1
export const RECOVERY_MS = 3000
export const END_MS = 1000
const CLOSE_MS = 700
/** While nothing works a service of 400 calls a second may be told of this many errors in one. */
const ERRORS_PER_SECOND = 200
/** Fewer say nothing of a median. */
const MIN_OPEN_READS = 20

/** A promise that was not kept. */
export interface Trouble {
  readonly text: string
  /** A machine that had no time for us may have done this as well. */
  readonly aboutTime: boolean
}

/** All that was not as promised; nothing, if the cache was never in the way. */
export function verdictOf(findings: Findings): Trouble[] {
  return [
    ...overBudget(findings),
    ...circuitTrouble(findings),
    ...invalidationTrouble(findings),
    ...recoveryTrouble(findings),
    ...startTrouble(findings),
    ...endTrouble(findings),
  ]
}

const late = (isSo: boolean, text: string): Trouble[] => (isSo ? [{ text, aboutTime: true }] : [])
const wrong = (isSo: boolean, text: string): Trouble[] => (isSo ? [{ text, aboutTime: false }] : [])

function overBudget({ sick }: Findings): Trouble[] {
  const kinds = Map.groupBy(sick.samples, ({ kind }) => kind)
  return [
    ...sick.wrong.flatMap(text => wrong(true, text)),
    ...[...kinds].flatMap(([kind, samples]) => kindTrouble(kind, samples)),
  ]
}

function kindTrouble(kind: Kind, samples: Findings['sick']['samples']): Trouble[] {
  const budget = BUDGETS_MS[kind]
  const over = samples.filter(({ ms }) => ms > budget + SLACK_MS).toSorted((a, b) => b.ms - a.ms)
  const times = samples.map(({ ms }) => ms)
  const usual = quantile(times, 0.5)
  return [
    ...over
      .slice(0, 3)
      .flatMap(({ operation, ms }) =>
        late(true, `${operation} took ${round(ms)} ms, its budget is ${budget} ms`),
      ),
    ...late(
      usual > budget + USUAL_SLACK_MS,
      `half of all calls that ${kind} took ${round(usual)} ms or more, the budget is ${budget} ms`,
    ),
  ]
}

function circuitTrouble({ sickness, sick }: Findings): Trouble[] {
  const { circuit } = sickness
  const { opened, openReads, errorsPerSecond } = sick
  const usual = quantile(openReads, 0.5)
  const enough = openReads.length >= MIN_OPEN_READS
  return [
    ...wrong(circuit === 'opens' && !opened, 'the circuit did not open'),
    ...late(circuit === 'stays closed' && opened, 'the circuit opened, although Redis answers reads'),
    ...late(circuit === 'opens' && !enough, `only ${openReads.length} reads found the circuit open`),
    ...late(
      enough && usual > OPEN_READ_MS,
      `with an open circuit half of all reads took ${round(usual)} ms or more`,
    ),
    ...wrong(errorsPerSecond > ERRORS_PER_SECOND, `${errorsPerSecond} errors were told within a second`),
  ]
}

function invalidationTrouble({ sickness, sick, lost, kept }: Findings): Trouble[] {
  const { invalidations: expected } = sickness
  // A machine too busy makes what could be committed late, and so deferred; never the other way round.
  const tell = expected === 'committed' ? late : wrong
  return [
    ...sick.invalidated.flatMap(({ name, status, obeyed }) => [
      ...wrong(status === 'rejected', `${name} was rejected`),
      ...tell(
        status !== 'rejected' && expected !== undefined && status !== expected,
        `${name} was ${status}, not ${expected}`,
      ),
      ...wrong(!obeyed, `after ${name} this instance still had the old value`),
    ]),
    ...tell(!isStrict(sick.strict, expected), `a strict delete ended with ${sick.strict}`),
    ...wrong(
      sick.stale !== 'old, stale',
      `a failing loader got "${sick.stale}", not the old value marked stale`,
    ),
    ...lost.flatMap(what => wrong(true, `lost: ${what}`)),
    ...wrong(!kept && sickness.forgets !== true, 'a value that nobody invalidated is gone'),
  ]
}

function isStrict(ended: string, expected: 'deferred' | 'committed' | undefined): boolean {
  return (
    (ended === 'E_REDIS' && expected !== 'committed') || (ended === 'committed' && expected !== 'deferred')
  )
}

function recoveryTrouble({ recovery }: Findings): Trouble[] {
  const names: Record<keyof typeof recovery, string> = {
    closedMs: 'the circuit is closed',
    coherentMs: 'the cache is coherent',
    redisMs: 'reads are served from Redis',
    drainedMs: 'what was deferred is in Redis',
  }
  return (Object.keys(names) as (keyof typeof names)[]).flatMap(name => {
    const ms = recovery[name]
    const tell = Number.isFinite(ms) ? late : wrong
    return tell(ms > RECOVERY_MS, `${names[name]} ${round(ms)} ms after healing`)
  })
}

/** A call made at once waits for the first SYNC too. */
function startTrouble({ late: calls }: Findings): Trouble[] {
  return calls.flatMap(({ operation, kind, ms, error }) => {
    const budget = (operation === 'close' ? CLOSE_MS : BUDGETS_MS[kind] + DEADLINE_MS) + SLACK_MS
    return [
      ...wrong(error !== undefined, `started while sick: ${operation}: ${error}`),
      ...late(ms > budget, `started while sick: ${operation} took ${round(ms)} ms`),
    ]
  })
}

function endTrouble({ closeMs, ending }: Findings): Trouble[] {
  const { code, signal, ms, output } = ending
  return [
    ...late(closeMs > CLOSE_MS + SLACK_MS, `close({ timeout: 500 }) took ${round(closeMs)} ms`),
    ...late(ms > END_MS, `closed, the process went on for ${round(ms)} ms`),
    ...wrong(code !== 0, `the process ended with ${code ?? signal}`),
    ...wrong(output !== '', `the process printed: ${output.slice(0, 600)}`),
  ]
}

/** As people read it. */
export function round(ms: number): number {
  return ms >= 10 ? Math.round(ms) : Math.round(ms * 100) / 100
}
