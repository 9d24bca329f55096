import type { Audit } from '../check/audit.ts'
import type { Violation } from '../check/checker.ts'
import { summaryOf, type DurationSummary } from '../measure/histogram.ts'
import { hitRate, type Failure, type Row, type Slowest, type Tally } from '../measure/tally.ts'
import type { DemoOptions } from '../options.ts'
import type { Tier } from '../protocol.ts'
import type { World } from '../database/seed.ts'
import type { Scene } from '../view/scene.ts'
import type { Outage } from './chaos.ts'

/** The outcome of a run: what `--json` prints and what the summary is made from. Durations are in ms. */
export interface Report {
  readonly ok: boolean
  /** Why it is not ok, a line each. */
  readonly problems: readonly string[]
  readonly interrupted: boolean
  readonly seconds: number
  readonly boundMs: number
  readonly options: Omit<DemoOptions, 'help' | 'json'>
  readonly redis: string
  readonly rows: Readonly<Record<'cities' | 'users' | 'jobs' | 'applications', number>>
  readonly reads: RowReport & {
    readonly latencyByTier: Readonly<Record<Tier, DurationSummary>>
    readonly slowest: Slowest | undefined
  }
  readonly uncached: DurationSummary
  readonly queries: { readonly withCache: number; readonly withoutCache: number; readonly savedShare: number }
  readonly writes: {
    readonly committed: number
    readonly deferred: number
    readonly deferredOpen: number
    readonly deferredLost: number
    readonly deferredLongestMs: number
    readonly latency: DurationSummary
  }
  /** Hit rate of each second. */
  readonly hitRates: readonly number[]
  readonly ownReads: { readonly count: number; readonly skipped: number }
  readonly violations: { readonly count: number; readonly first: readonly Violation[] }
  readonly failures: { readonly reads: number; readonly writes: number; readonly first: readonly Failure[] }
  readonly audit: (Audit & { readonly violations: number }) | undefined
  readonly outages: readonly Outage[]
  readonly instances: readonly (RowReport & InstanceReport)[]
}

interface RowReport {
  readonly count: number
  readonly byTier: Readonly<Record<Tier, number>>
  readonly hitRate: number
  readonly latency: DurationSummary
  readonly superseded: DurationSummary
  readonly markedStale: DurationSummary
}

interface InstanceReport {
  readonly name: string
  readonly loads: number
  readonly invalidationsSent: number
  readonly invalidationsReceived: number
}

/** What a run leaves to report on. `audited` holds the reads of the audit, `lost` what ended without being asked to. */
export interface Outcome {
  readonly options: DemoOptions
  readonly world: World
  readonly scene: Scene
  readonly elapsedMs: number
  readonly interrupted: boolean
  readonly audit: Audit | undefined
  readonly audited: Tally
  readonly lost: readonly string[]
}

export function reportOf({
  options,
  world,
  scene,
  elapsedMs,
  interrupted,
  audit,
  audited,
  lost,
}: Outcome): Report {
  const { tally, fleet, sampler } = scene
  const { help: _help, json: _json, ...shown } = options
  const deferred = scene.deferred.counts()
  const loads = fleet.names.reduce((sum, name) => sum + sampler.totals(name).queries.loads, 0)
  const reads = tally.all.reads + tally.probes.count
  const violations = [...tally.violations.kept, ...audited.violations.kept]
  const failures = [...tally.failures.kept, ...audited.failures.kept]
  const report = {
    interrupted,
    seconds: elapsedMs / 1000,
    boundMs: scene.boundMs,
    options: shown,
    redis: scene.redisShown,
    rows: { ...world, cities: world.cities.length },
    reads: {
      ...rowReport(tally.all),
      slowest: tally.slowest(),
      latencyByTier: {
        memory: summaryOf(tally.byTier.memory),
        redis: summaryOf(tally.byTier.redis),
        load: summaryOf(tally.byTier.load),
        none: summaryOf(tally.byTier.none),
      },
    },
    uncached: summaryOf(tally.uncached),
    queries: { withCache: loads, withoutCache: reads, savedShare: 1 - loads / reads },
    writes: {
      committed: tally.writes.committed,
      deferred: deferred.total,
      deferredOpen: deferred.open,
      deferredLost: deferred.abandoned,
      deferredLongestMs: deferred.longestMs,
      latency: summaryOf(tally.writes.latency),
    },
    hitRates: scene.hitRates,
    ownReads: tally.probes,
    violations: { count: tally.violations.count + audited.violations.count, first: violations },
    failures: {
      reads: tally.failures.reads + audited.failures.reads,
      writes: tally.failures.writes + audited.failures.writes,
      first: failures,
    },
    audit: audit && { ...audit, violations: audited.violations.count },
    outages: scene.outages,
    instances: fleet.names.map(name => {
      const totals = sampler.totals(name)
      const sent = { invalidationsSent: totals.sent, invalidationsReceived: totals.received }
      return { name, ...rowReport(tally.row(name)), loads: totals.loads, ...sent }
    }),
  }
  const problems = problemsOf(report, lost)
  return { ok: problems.length === 0, problems, ...report }
}

function rowReport(row: Row): RowReport {
  return {
    count: row.reads,
    byTier: row.byTier,
    hitRate: row.reads > 0 ? hitRate(row) : 0,
    latency: summaryOf(row.latency),
    superseded: summaryOf(row.superseded),
    markedStale: summaryOf(row.markedStale),
  }
}

function problemsOf(report: Omit<Report, 'ok' | 'problems'>, lost: readonly string[]): string[] {
  const { violations, failures, audit, outages, reads } = report
  const problems = [...lost]
  if (violations.count > 0) problems.push(`${violations.count} reads broke a promise of the cache`)
  if (failures.reads > 0) problems.push(`${failures.reads} reads failed`)
  if (failures.writes > 0) problems.push(`${failures.writes} writes failed`)
  if (reads.count === 0) problems.push('no read was answered')
  if (audit && audit.openInvalidations > 0)
    problems.push(`${audit.openInvalidations} deferred invalidations were never made good`)
  for (const { what, recoveredAt } of outages)
    if (recoveredAt === undefined && !report.interrupted)
      problems.push(`${what} was killed and did not recover`)
  return problems
}
