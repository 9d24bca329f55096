import type { Observation, Verdict, Violation } from '../check/checker.ts'
import { monotonicMs } from '../clock.ts'
import type { Tier, WriteReply } from '../protocol.ts'
import { createDurations, type Durations } from './histogram.ts'

/** What was counted for one instance, or for all of them. */
export interface Row {
  reads: number
  readonly byTier: Record<Tier, number>
  readonly latency: Durations
  /** Ages of the superseded values that were answered as fresh. */
  readonly superseded: Durations
  /** Reads marked stale, with the age of what they showed; 0 where it was current all the same. */
  readonly markedStale: Durations
}

export interface Failure {
  /** Seconds since counting began. */
  readonly at: number
  readonly request: string
  readonly reason: string
}

/** The slowest cached read so far. */
export interface Slowest {
  readonly at: number
  readonly request: string
  readonly instance: string
  readonly tier: Tier
  readonly ms: number
}

/** Everything the load has seen, counted as it goes. */
export interface Tally {
  readonly all: Row
  /** Reads past the cache: what every read would cost without it. */
  readonly uncached: Durations
  row(instance: string): Row
  readonly byTier: Record<Tier, Durations>
  readonly writes: { committed: number; deferred: number; readonly latency: Durations }
  readonly probes: { count: number; skipped: number }
  readonly violations: { count: number; readonly kept: Violation[] }
  readonly failures: { reads: number; writes: number; readonly kept: Failure[] }
  /** A read of a visitor. */
  read(read: Observation, verdict: Verdict): void
  /** A read that the checker made for itself: judged, but in no share or latency, for it asks for what was just dropped. */
  probed(verdict: Verdict): void
  written(reply: WriteReply, ms: number): void
  slowest(): Slowest | undefined
  failed(kind: 'reads' | 'writes', request: string, reason: string): void
  /** The latencies of all cached reads from now until `end()`. */
  watch(): { readonly latency: Durations; end(): void }
}

/** How many violations and failures are kept in full; the rest is counted. */
const kept = 10
const tiers: readonly Tier[] = ['memory', 'redis', 'load', 'none']

export function createTally(): Tally {
  const start = monotonicMs()
  const secondsAt = (time: number): number => (time - start) / 1000
  let slowest: Slowest | undefined
  const rows = new Map<string, Row>()
  const watching = new Set<Durations>()
  const tally: Tally = {
    all: createRow(),
    uncached: createDurations(),
    byTier: perTier(createDurations),
    writes: { committed: 0, deferred: 0, latency: createDurations() },
    probes: { count: 0, skipped: 0 },
    violations: { count: 0, kept: [] },
    failures: { reads: 0, writes: 0, kept: [] },
    row(instance) {
      let row = rows.get(instance)
      if (!row) rows.set(instance, (row = createRow()))
      return row
    },
    read(read, verdict) {
      const ms = read.end - read.begin
      tally.byTier[read.tier].record(ms)
      judged(verdict)
      if (read.tier === 'none') return tally.uncached.record(ms)
      for (const row of [tally.all, tally.row(read.instance)]) count(row, read, verdict.ageMs, ms)
      for (const latency of watching) latency.record(ms)
      if (slowest && slowest.ms >= ms) return
      const { instance, tier, path } = read
      slowest = { at: secondsAt(read.begin), request: `GET ${path}`, instance, tier, ms }
    },
    probed(verdict) {
      tally.probes.count++
      judged(verdict)
    },
    written(reply, ms) {
      tally.writes[reply.invalidation.status]++
      tally.writes.latency.record(ms)
    },
    slowest: () => slowest,
    failed(kind, request, reason) {
      tally.failures[kind]++
      if (tally.failures.kept.length < kept)
        tally.failures.kept.push({ at: secondsAt(monotonicMs()), request, reason })
    },
    watch() {
      const latency = createDurations()
      watching.add(latency)
      return { latency, end: () => void watching.delete(latency) }
    },
  }
  const judged = ({ violation }: Verdict): void => {
    if (!violation) return
    tally.violations.count++
    if (tally.violations.kept.length < kept) tally.violations.kept.push(violation)
  }
  return tally
}

function count(row: Row, read: Observation, ageMs: number, ms: number): void {
  row.reads++
  row.byTier[read.tier]++
  row.latency.record(ms)
  if (read.stale) row.markedStale.record(ageMs)
  else if (ageMs > 0) row.superseded.record(ageMs)
}

function createRow(): Row {
  return {
    reads: 0,
    byTier: perTier(() => 0),
    latency: createDurations(),
    superseded: createDurations(),
    markedStale: createDurations(),
  }
}

function perTier<T>(make: () => T): Record<Tier, T> {
  return Object.fromEntries(tiers.map(tier => [tier, make()])) as Record<Tier, T>
}

/** The share of cached reads that needed no load; `NaN` before the first. */
export const hitRate = (row: Row): number => (row.byTier.memory + row.byTier.redis) / row.reads
