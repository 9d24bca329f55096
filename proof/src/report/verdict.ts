import { formatNumber, plural, type Tile } from '@tiercache/report'
import { INVARIANTS, type Invariant } from '../history/check.ts'
import type { Tally } from '../section.ts'
import { isKept, type ReportData } from './data.ts'

/** The whole run in one sentence. */
export function verdictOf(data: ReportData): string {
  const failed = data.sections.filter(section => section.state === 'failed')
  if (failed.length > 0) {
    const failures = failed.reduce((sum, { outcome }) => sum + outcome.failures.length, 0)
    return `Not kept: ${plural(failures, 'failure')} in ${failed.map(({ name }) => name).join(', ')}.`
  }
  const tallies = talliesOf(data)
  const reads = sum(tallies, tally => tally.reads)
  const seeds = sum(tallies, tally => tally.seeds)
  const amount =
    reads === 0
      ? ''
      : `: 0 violations in ${formatNumber(reads)} reads of ${plural(seeds, 'history', 'histories')}`
  if (!isKept(data)) return `Stopped before the end; nothing was found broken until then${amount}.`
  if (data.left.length > 0) return `Kept as far as it was tried${amount}. Not run: ${data.left.join(', ')}.`
  return `Every promise was kept${amount}.`
}

/** The figures that say most, in an order that does not change; what was not measured is said, not hidden. */
export function tilesOf(data: ReportData): Tile[] {
  const tallies = talliesOf(data)
  const counts = data.sections.flatMap(({ outcome }) => outcome.counts ?? [])
  const violations = sum(tallies, violationsOf)
  const ablations = counts.flatMap(({ ablations: one }) => one ?? [])
  const caught = sum(ablations, one => one.caught)
  const of = sum(ablations, one => one.of)
  const staleness = highest(
    counts.flatMap(one => one.staleness ?? []),
    one => one.worstMs / one.deltaMs,
  )
  const recovery = highest(
    counts.flatMap(one => one.recovery ?? []),
    one => one.slowestMs,
  )
  return [
    tallies.length === 0
      ? absent('Violations')
      : { label: 'Violations', value: violations, bound: '= 0', state: judge(violations === 0) },
    tallies.length === 0
      ? absent('Histories, one per seed')
      : { label: 'Histories, one per seed', value: sum(tallies, tally => tally.seeds), state: 'good' },
    tallies.length === 0
      ? absent('Reads checked')
      : { label: 'Reads checked', value: sum(tallies, tally => tally.reads), state: 'good' },
    of === 0
      ? absent('Ablations caught')
      : { label: 'Ablations caught', value: `${caught} of ${of}`, bound: 'all', state: judge(caught === of) },
    staleness === undefined
      ? absent('Worst staleness')
      : {
          label: 'Worst staleness',
          value: Math.ceil(staleness.worstMs),
          unit: 'ms',
          bound: `Δ = ${formatNumber(staleness.deltaMs)} ms`,
          state: judge(violations === 0),
        },
    recovery === undefined
      ? absent('Slowest recovery')
      : {
          label: `Slowest recovery (${recovery.fault})`,
          value: Math.ceil(recovery.slowestMs),
          unit: 'ms',
          bound: `≤ ${formatNumber(recovery.boundMs)} ms`,
          state: judge(recovery.slowestMs <= recovery.boundMs),
        },
  ]
}

/** A promise in words, by its number. */
export interface PromiseRow {
  readonly id: string
  readonly words: string
  /** Violations where it was checked, by topology. */
  readonly violations: ReadonlyMap<string, number>
}

/** What is promised, and how often it was broken where. */
export function promisesOf(data: ReportData): PromiseRow[] {
  const byTopology = Map.groupBy(talliesOf(data), tally => tally.topology)
  return (Object.entries(INVARIANTS) as [Invariant, string][]).map(([invariant, title]) => {
    const [id = '', words = title] = title.split(' · ')
    const violations = new Map<string, number>()
    for (const [topology, tallies] of byTopology)
      violations.set(
        topology,
        sum(tallies, tally => tally.violations[invariant] ?? 0),
      )
    return { id, words, violations }
  })
}

/** Every history, or group of them, that was checked. */
export function talliesOf({ sections }: ReportData): Tally[] {
  return sections.flatMap(({ outcome }) => outcome.counts?.histories ?? [])
}

/** How many promises were broken in it. */
export function violationsOf({ violations }: Tally): number {
  return sum(Object.values(violations), count => count)
}

function absent(label: string): Tile {
  return { label, value: '–', bound: 'not in this run', state: 'none' }
}

function judge(isGood: boolean): 'good' | 'bad' {
  return isGood ? 'good' : 'bad'
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0)
}

function highest<T>(list: readonly T[], of: (one: T) => number): T | undefined {
  return list.toSorted((a, b) => of(b) - of(a))[0]
}
