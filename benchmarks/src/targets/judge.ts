import type { Measured, Phase, PhaseName } from './measured.ts'

/** A promise with a number, and what was found. */
export interface Target {
  readonly name: string
  readonly bound: { readonly at: number; readonly kind: 'below' | 'at most' | 'at least' }
  /** `NaN` where nothing was measured: that is not ok. */
  readonly measured: number
  readonly unit: string
  readonly ok: boolean
  /** Of what the figure is made. */
  readonly from: string
}

/** Which of the targets hold. Pure. */
export function judge(measured: Measured): Target[] {
  const { steady, coherence, memoryHits } = measured
  return [
    target({
      name: 'hit in memory, in the process, p99',
      bound: { at: 1, kind: 'below' },
      measured: worst(memoryHits.map(({ p99 }) => p99)),
      unit: 'ms',
      from: `${sum(memoryHits.map(({ count }) => count))} hits, worst of ${memoryHits.length} processes`,
    }),
    ...judgedPhases.map(name => endpoints(name, measured.phases)),
    target({
      name: 'health endpoint, p99',
      bound: { at: 30, kind: 'below' },
      measured: worst(measured.phases.map(phase => (phase.health.count > 0 ? phase.health.p99 : Number.NaN))),
      unit: 'ms',
      from: `${sum(measured.phases.map(({ health }) => health.count))} checks, worst phase`,
    }),
    target({
      name: 'hit rate',
      bound: { at: 80, kind: 'at least' },
      measured: steady.hitRate * 100,
      unit: '%',
      from: `5 % writes; ${(measured.fillHitRate * 100).toFixed(0)} % while it fills`,
    }),
    target({
      name: 'mean response time saved',
      bound: { at: 75, kind: 'at least' },
      measured: (1 - steady.meanMs / steady.uncachedMeanMs) * 100,
      unit: '%',
      from: `${steady.meanMs.toFixed(1)} ms, against ${steady.uncachedMeanMs.toFixed(1)} ms past the cache (${steady.uncachedReads} reads)`,
    }),
    target({
      name: 'reads older than promised',
      bound: { at: 0, kind: 'at most' },
      measured: coherence.reads > 0 && coherence.writes > 0 ? coherence.violations : Number.NaN,
      unit: '',
      from: `${coherence.reads} reads, ${coherence.writes} writes; ${agesOf(measured)}`,
    }),
    target({
      name: 'writes never made known',
      bound: { at: 0, kind: 'at most' },
      measured: coherence.open,
      unit: '',
      from: `${sum(measured.phases.map(({ writes }) => writes.deferred))} deferred while Redis was away`,
    }),
    target({
      name: 'requests that failed',
      bound: { at: 0, kind: 'at most' },
      measured: sum(measured.phases.map(({ failures }) => failures)),
      unit: '',
      from:
        measured.phases.find(({ failures }) => failures > 0)?.firstFailure ??
        'reads, writes and health checks',
    }),
  ]
}

const judgedPhases: readonly PhaseName[] = [
  'all is well',
  'Redis hangs',
  'Redis is killed',
  'rolling restart',
]

function endpoints(name: PhaseName, phases: readonly Phase[]): Target {
  const phase = phases.find(one => one.name === name)
  const reads = phase !== undefined && phase.reads.count > 0 ? phase.reads : undefined
  return target({
    name: `cached endpoints over HTTP, p99, ${name}`,
    bound: { at: 100, kind: 'below' },
    measured: reads?.p99 ?? Number.NaN,
    unit: 'ms',
    from:
      reads === undefined
        ? 'nothing was read'
        : `${reads.count} reads in ${phase?.seconds.toFixed(0)} s, p50 ${reads.p50.toFixed(1)}, max ${reads.max.toFixed(0)} ms`,
  })
}

function agesOf({ coherence }: Measured): string {
  const { firstViolation, superseded, oldestMs, boundMs } = coherence
  if (firstViolation !== undefined) return firstViolation
  if (superseded === 0) return 'none older at all'
  return `${superseded} older, by ${oldestMs.toFixed(0)} ms at most, of ${boundMs} allowed`
}

function target(facts: Omit<Target, 'ok'>): Target {
  const { bound, measured } = facts
  const holds = {
    below: measured < bound.at,
    'at most': measured <= bound.at,
    'at least': measured >= bound.at,
  }
  return { ...facts, ok: holds[bound.kind] }
}

/** The largest; `NaN` for none and for what is not a number. */
function worst(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
