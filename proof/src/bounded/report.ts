import type { Outcome, Plot, Table } from '../section.ts'
import type { Findings } from './examination.ts'
import { BUDGETS_MS, type Kind } from './operations.ts'
import { quantile, type Sample } from './sample.ts'
import type { Trial } from './trials.ts'
import { END_MS, OPEN_READ_MS, RECOVERY_MS, round, verdictOf } from './verdict.ts'

const KINDS: readonly Kind[] = ['memory', 'read', 'load', 'write', 'bulk', 'health']

/** The figures of a matrix: what was seen of each sickness, and of each trial. */
export function report(
  all: readonly Findings[],
  trials: readonly Trial[],
): Omit<Outcome, 'failures' | 'summary'> {
  const openReads = all.flatMap(({ sick }) => sick.openReads)
  const worst = all.flatMap(({ sick }) => sick.samples).reduce((most, { ms }) => Math.max(most, ms), 0)
  return {
    figures: [
      { label: 'kinds of sickness', value: all.length },
      { label: 'calls timed', value: all.reduce((sum, { sick }) => sum + sick.samples.length, 0) },
      { label: 'slowest call', value: round(worst), unit: 'ms' },
      {
        label: 'a read with an open circuit, median',
        value: round(quantile(openReads, 0.5)),
        unit: 'ms',
        bound: `≤ ${OPEN_READ_MS} ms`,
      },
      {
        label: 'slowest recovery',
        value: slowestRecovery(all).slowestMs,
        unit: 'ms',
        bound: `≤ ${RECOVERY_MS} ms`,
      },
      {
        label: 'invalidations lost',
        value: all.reduce((sum, { lost }) => sum + lost.length, 0),
        bound: '= 0',
      },
    ],
    tables: [matrix(all), operations(all), trialTable(trials)],
    plots: [slowest(all), recoveries(all)],
    counts: { recovery: slowestRecovery(all) },
  }
}

/** The longest time from healing until all was well, and after what. */
export function slowestRecovery(all: readonly Findings[]): {
  readonly slowestMs: number
  readonly boundMs: number
  readonly fault: string
} {
  const times = all.map(({ sickness, recovery }) => ({
    slowestMs: drawn(Math.max(...Object.values(recovery))),
    boundMs: RECOVERY_MS,
    fault: sickness.name,
  }))
  return (
    times.toSorted((a, b) => b.slowestMs - a.slowestMs)[0] ?? {
      slowestMs: 0,
      boundMs: RECOVERY_MS,
      fault: '',
    }
  )
}

function matrix(all: readonly Findings[]): Table {
  return {
    title: 'A service under load while Redis is sick',
    columns: [
      'sickness',
      ...KINDS.map(kind => `${kind}, worst ms`),
      'open circuit p50 / p99 ms',
      'recovery ms',
      'replay ms',
      'deferred',
      'lost',
      'errors told a second',
      'process ends after ms',
      'noise of the machine ms',
      'tries',
    ],
    rows: all.map(findings => {
      const { sickness, sick, recovery, lost, ending } = findings
      const { closedMs, coherentMs, redisMs } = recovery
      const deferred = sick.invalidated.filter(({ status }) => status === 'deferred').length
      return {
        cells: [
          `${sickness.name}: ${sickness.about}`,
          ...KINDS.map(kind => worstOf(sick.samples.filter(one => one.kind === kind))),
          sick.openReads.length === 0
            ? undefined
            : `${round(quantile(sick.openReads, 0.5))} / ${round(quantile(sick.openReads, 0.99))}`,
          told(Math.max(closedMs, coherentMs, redisMs)),
          deferred === 0 ? undefined : told(recovery.drainedMs),
          `${deferred} of ${sick.invalidated.length}`,
          lost.length,
          sick.errorsPerSecond,
          round(ending.ms),
          round(findings.noiseMs),
          findings.tries,
        ],
        ...(verdictOf(findings).length > 0 && { mark: 'bad' as const }),
      }
    }),
    note: `Budgets: ${KINDS.map(kind => `${kind} ${BUDGETS_MS[kind]} ms`).join(', ')}. Recovery, to a closed circuit, coherence and reads from Redis: ${RECOVERY_MS} ms. A closed process ends within ${END_MS} ms. Noise is how long at most an idle process was kept waiting: it is part of every time here. Where it is much, and only times were over their bound, they were taken again (tries).`,
  }
}

/** Every operation over all sicknesses. */
function operations(all: readonly Findings[]): Table {
  const byName = Map.groupBy(
    all.flatMap(({ sick }) => sick.samples),
    ({ operation }) => operation,
  )
  return {
    title: 'Every operation, over every kind of sickness',
    columns: ['operation', 'calls', 'budget ms', 'p50 ms', 'p99 ms', 'max ms'],
    rows: [...byName].map(([name, samples]) => {
      const times = samples.map(({ ms }) => ms)
      return {
        cells: [
          name,
          samples.length,
          BUDGETS_MS[samples[0]?.kind ?? 'memory'],
          ...[0.5, 0.99, 1].map(share => round(quantile(times, share))),
        ],
      }
    }),
  }
}

function trialTable(trials: readonly Trial[]): Table {
  return {
    title: 'Beside the matrix',
    columns: ['what', 'promise', 'measured', 'bound'],
    rows: trials.map(trial => ({
      cells: [trial.name, trial.about, `${round(trial.value)} ${trial.unit}`, `${trial.bound} ${trial.unit}`],
      ...(isBroken(trial) && { mark: 'bad' as const }),
    })),
  }
}

/** Whether a trial did not keep what it is about. */
export function isBroken({ value, bound, trouble }: Trial): boolean {
  return value > bound || trouble !== ''
}

function slowest(all: readonly Findings[]): Plot {
  return {
    title: 'The slowest call while Redis is sick',
    kind: 'bar',
    xLabel: 'sickness',
    yLabel: 'ms',
    series: (['read', 'load', 'write', 'health'] as const).map(kind => ({
      name: kind,
      points: all.map(({ sickness, sick }) => [
        sickness.name,
        worstOf(sick.samples.filter(one => one.kind === kind)) ?? 0,
      ]),
    })),
    bound: { axis: 'y', at: BUDGETS_MS.load, label: 'budget of a load' },
  }
}

function recoveries(all: readonly Findings[]): Plot {
  const series = {
    'circuit closed': 'closedMs',
    coherent: 'coherentMs',
    'reads from Redis': 'redisMs',
  } as const
  return {
    title: 'From healing until all is well',
    kind: 'bar',
    xLabel: 'sickness',
    yLabel: 'ms',
    series: Object.entries(series).map(([name, field]) => ({
      name,
      points: all.map(({ sickness, recovery }) => [sickness.name, drawn(recovery[field])]),
    })),
    bound: { axis: 'y', at: RECOVERY_MS, label: 'promised' },
  }
}

function worstOf(samples: readonly Sample[]): number | undefined {
  return samples.length === 0
    ? undefined
    : round(
        quantile(
          samples.map(({ ms }) => ms),
          1,
        ),
      )
}

/** What never came has no number. */
function told(ms: number): number | string {
  return Number.isFinite(ms) ? round(ms) : 'never'
}

/** What never came is drawn as far beyond the bound. */
function drawn(ms: number): number {
  return Math.min(round(ms), 2 * RECOVERY_MS)
}
