import { type RecordableHistogram, createHistogram } from 'node:perf_hooks'

/** What happened to the reads of one namespace: plain counters, so that a hit adds one to a field. */
export class Counters {
  memoryHits = 0
  memoryMisses = 0
  redisHits = 0
  redisMisses = 0
  misses = 0
  loads = 0
  loadErrors = 0
  staleServed = 0
  refreshes = 0
  sets = 0
  fenced = 0
}

/** p50 and p99 in ms, 0 where nothing was measured. */
export interface Latency {
  readonly count: number
  readonly p50: number
  readonly p99: number
}

/** Latencies of what is slow enough to be worth measuring. */
export class LatencyRecorder {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: 3_600_000_000,
    figures: 2,
  })

  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1000)))
  }

  get latency(): Latency {
    const { count } = this.#histogram
    if (count === 0) return { count, p50: 0, p99: 0 }
    return { count, p50: this.#histogram.percentile(50) / 1000, p99: this.#histogram.percentile(99) / 1000 }
  }
}

/** Counts since the cache was made. */
export interface Stats {
  /** Reads answered from a tier, stale ones included. */
  readonly hits: number
  readonly misses: number
  /** `hits / (hits + misses)`, 0 to 1; 0 before the first read. */
  readonly hitRate: number
  readonly memory: {
    readonly hits: number
    readonly misses: number
    readonly entries: number
    /** Estimated, 0 without a limit in bytes. */
    readonly bytes: number
    readonly evictions: number
  }
  readonly redis: {
    readonly hits: number
    readonly misses: number
    readonly errors: number
    readonly latencyMs: Latency
  }
  readonly loads: number
  readonly loadErrors: number
  readonly loadMs: Latency
  readonly staleServed: number
  /** Loads behind an answer: stale-while-revalidate and refresh-ahead. */
  readonly refreshes: number
  readonly sets: number
  /** Loaded values that were not stored because they had been invalidated meanwhile. */
  readonly fenced: number
  readonly invalidations: {
    /** Called here. */
    readonly sent: number
    /** Heard from other instances. */
    readonly received: number
    /** Names that wait for Redis now. */
    readonly deferred: number
  }
  readonly breaker: 'closed' | 'open' | 'half-open'
  /** `memory-only`: there is no Redis to be coherent with. */
  readonly coherence: 'coherent' | 'degraded' | 'memory-only'
}
