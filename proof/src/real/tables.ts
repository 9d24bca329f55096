import type { Table } from '../section.ts'
import { drainTimes, loadsPerInvalidation, recoveries, type Spread, spreadOf, staleness } from './measure.ts'
import { DELTA_MS, type Evidence } from './run.ts'
import { calmPropagation, faultyPropagation, type Labelled, madeIn, round, sum } from './sums.ts'

/** A row per run. */
export function runsTable(runs: readonly Labelled[]): Table {
  return {
    title: 'Runs',
    columns: [
      'where',
      'seed',
      'reads',
      'writes',
      'deferred',
      'loads',
      'faults',
      'violations',
      'worst staleness, ms',
      'standstill here, ms',
    ],
    rows: runs.map(({ run, label }) => {
      const { history, violations, plan, lagMs } = run
      const { reads, writes, loads } = history
      const deferred = writes.filter(({ status }) => status === 'deferred').length
      const worst = Math.ceil(spreadOf(staleness(history)).max)
      const cells = [
        label,
        plan.seed,
        reads.length,
        writes.length,
        deferred,
        loads.length,
        madeIn(run),
        violations.length,
        worst,
        Math.round(lagMs),
      ]
      return { cells, ...(violations.length > 0 && { mark: 'bad' as const }) }
    }),
    note: 'Standstill: the longest time that the process which notes the times was kept from doing so, by the machine or by its own work.',
  }
}

/** What was measured over all runs. `ages`: see `staleness`. */
export function measuresTable(runs: readonly Evidence[], ages: readonly number[]): Table {
  const reads = runs.flatMap(run =>
    run.history.reads.map(read => ({ ms: read.t1 - read.t0, calm: isCalm(run, read.t0), tier: read.tier })),
  )
  const writes = runs.flatMap(run =>
    run.history.writes.map(write => ({ ms: write.t1 - write.t0, calm: isCalm(run, write.t0) })),
  )
  const all = sum(runs, run => run.history.reads.length)
  const counts = new Map<string, number>()
  for (const run of runs)
    for (const one of run.counts)
      for (const [name, count] of Object.entries(one)) counts.set(name, (counts.get(name) ?? 0) + count)
  const counted = [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
  const errors = [...mergedErrors(runs)].map(([text, count]) => `${count} × ${text}`).join('; ')
  const of = (name: string, values: readonly number[]): Table['rows'][number] => ({
    cells: [name, ...cellsOf(spreadOf(values))],
  })
  return {
    title: 'Measured, in ms',
    columns: ['', 'count', 'p50', 'p99', 'max'],
    rows: [
      of('fresh answers that were not the last version: how late', ages),
      of('an invalidation until another instance hears of it, all well', runs.flatMap(calmPropagation)),
      of('the same, under faults', runs.flatMap(faultyPropagation)),
      of(
        'reads, all well',
        reads.flatMap(({ ms, calm }) => (calm ? [ms] : [])),
      ),
      of(
        'reads, under faults',
        reads.flatMap(({ ms, calm }) => (calm ? [] : [ms])),
      ),
      of(
        'writes, all well',
        writes.flatMap(({ ms, calm }) => (calm ? [ms] : [])),
      ),
      of(
        'writes, under faults',
        writes.flatMap(({ ms, calm }) => (calm ? [] : [ms])),
      ),
      of(
        'a deferred write until it is in Redis',
        runs.flatMap(({ history }) => drainTimes(history)),
      ),
      of(
        'loads per invalidated row (not ms)',
        runs.flatMap(({ history }) => loadsPerInvalidation(history)),
      ),
    ],
    note: [
      `${ages.length} of ${all} answers were fresh and not the last version; Δ allows that for ${DELTA_MS} ms.`,
      counted && `The instances counted: ${counted}.`,
      errors && `Calls that rejected: ${errors}.`,
    ]
      .filter(Boolean)
      .join(' '),
  }
}

/** A row per kind of fault: how often, how long, and how soon all was as before. */
export function faultsTable(runs: readonly Evidence[]): Table {
  const made = Map.groupBy(
    runs.flatMap(({ history }) => history.faults),
    ({ name }) => name,
  )
  const recovered = new Map(recoveries(runs).map(({ fault, times }) => [fault, spreadOf(times)]))
  const failed = runs.flatMap(({ damage }) => damage.failed)
  const rows = [...made].map(([name, list]) => {
    const { p50, max, count } = recovered.get(name) ?? { p50: 0, max: 0, count: 0 }
    const lasted = spreadOf(list.map(({ t0, t1 }) => t1 - t0))
    return {
      cells: [
        name,
        list.length,
        Math.round(lasted.p50),
        ...(count === 0 ? [undefined, undefined] : [Math.round(p50), Math.round(max)]),
      ],
    }
  })
  return {
    title: 'Faults',
    columns: ['fault', 'times', 'lasted, ms (p50)', 'recovery, ms (p50)', 'recovery, ms (max)'],
    rows: rows.toSorted((a, b) => String(a.cells[0]).localeCompare(String(b.cells[0]))),
    note: [
      'Recovery: until every instance has invalidated a row of its own in Redis, loaded it, and answered with it from memory. Empty where the fault only came together with another.',
      failed.length > 0 && `Could not be made: ${failed.join('; ')}.`,
    ]
      .filter(Boolean)
      .join(' '),
  }
}

function mergedErrors(runs: readonly Evidence[]): Map<string, number> {
  const merged = new Map<string, number>()
  for (const { errors } of runs)
    for (const [text, count] of errors) merged.set(text, (merged.get(text) ?? 0) + count)
  return new Map([...merged].toSorted(([, a], [, b]) => b - a).slice(0, 6))
}

function cellsOf({ count, p50, p99, max }: Spread): number[] {
  return [count, round(p50), round(p99), round(max)]
}

function isCalm({ calmUntil }: Evidence, at: number): boolean {
  return at < calmUntil
}
