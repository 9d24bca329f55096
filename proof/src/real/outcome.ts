import type { Figure, Outcome, Tally } from '../section.ts'
import { RECOVERY_MS } from './findings.ts'
import { loadsPerInvalidation, recoveries, spreadOf, staleness } from './measure.ts'
import { recoveryPlot, stalenessPlot } from './plots.ts'
import { DELTA_MS, type Evidence } from './run.ts'
import { calmPropagation, type Labelled, madeIn, mean, round, sum } from './sums.ts'
import { faultsTable, measuresTable, runsTable } from './tables.ts'

/** What the runs of a section amount to, besides what failed. */
export function outcomeOf(labelled: readonly Labelled[]): Omit<Outcome, 'failures' | 'summary'> {
  const runs = labelled.map(({ run }) => run)
  const ages = runs.flatMap(({ history }) => staleness(history))
  const worstMs = spreadOf(ages).max
  const recovered = recoveries(runs)
  const slowest = recovered[0]
  return {
    figures: figuresOf(runs, ages),
    tables: [runsTable(labelled), measuresTable(runs, ages), faultsTable(runs)],
    plots: [stalenessPlot(ages), recoveryPlot(recovered)],
    counts: {
      histories: labelled.map(tallyOf),
      staleness: { worstMs, deltaMs: DELTA_MS },
      ...(slowest && {
        recovery: { slowestMs: Math.max(...slowest.times), boundMs: RECOVERY_MS, fault: slowest.fault },
      }),
    },
  }
}

function tallyOf({ run, label }: Labelled): Tally {
  const { plan, history, violations } = run
  const byInvariant = [...Map.groupBy(violations, one => one.invariant)].map(([name, list]) => [
    name,
    list.length,
  ])
  return {
    topology: label,
    seeds: 1,
    firstSeed: plan.seed,
    reads: history.reads.length,
    violations: Object.fromEntries(byInvariant) as Tally['violations'],
  }
}

function figuresOf(runs: readonly Evidence[], ages: readonly number[]): Figure[] {
  const loads = runs.flatMap(({ history }) => loadsPerInvalidation(history))
  const heard = runs.flatMap(run => calmPropagation(run))
  const recovered = runs.flatMap(({ damage }) => damage.recoveries.map(({ ms }) => ms))
  return [
    { label: 'Violations', value: sum(runs, run => run.violations.length), bound: '= 0' },
    { label: 'Reads', value: sum(runs, run => run.history.reads.length) },
    { label: 'Writes', value: sum(runs, run => run.history.writes.length) },
    { label: 'Faults', value: sum(runs, madeIn) },
    {
      label: 'Worst staleness of a fresh answer',
      value: Math.ceil(spreadOf(ages).max),
      unit: 'ms',
      bound: `≤ Δ = ${DELTA_MS} ms`,
    },
    {
      label: 'An invalidation is heard of in (p50, all well)',
      value: round(spreadOf(heard).p50),
      unit: 'ms',
    },
    {
      label: 'Slowest recovery',
      value: Math.ceil(spreadOf(recovered).max),
      unit: 'ms',
      bound: `≤ ${RECOVERY_MS} ms`,
    },
    { label: 'Loads per invalidated row', value: round(mean(loads)) },
    {
      label: 'Deferred writes',
      value: sum(runs, ({ history }) => history.writes.filter(({ status }) => status === 'deferred').length),
    },
  ]
}
