/** What the examination found: all that is judged. Durations in ms. */
export interface Measured {
  /** In the order they were lived through. */
  readonly phases: readonly Phase[]
  /** Of the phase in which all was well and the cache filled. */
  readonly steady: {
    readonly hitRate: number
    /** The mean response time of reads through the cache, and of those in between that went past it. */
    readonly meanMs: number
    readonly uncachedMeanMs: number
    readonly uncachedReads: number
  }
  /** Hit rate from the first request on, while the cache fills. */
  readonly fillHitRate: number
  /** Hits in memory as their own process saw them, of each process there was. */
  readonly memoryHits: readonly Latency[]
  readonly coherence: Coherence
}

export interface Phase {
  readonly name: PhaseName
  readonly seconds: number
  /** Reads through the cache, over HTTP. */
  readonly reads: Latency
  readonly hitRate: number
  readonly writes: { readonly committed: number; readonly deferred: number }
  readonly health: Latency
  /** How late the load sent its requests, p99: where that is much, times say more of the machine than of the service. */
  readonly lateMs: number
  /** Requests and health checks that were not answered with a 200, and the first of them. */
  readonly failures: number
  readonly firstFailure?: string
}

export type PhaseName = 'cache fills' | 'all is well' | 'Redis hangs' | 'Redis is killed' | 'rolling restart'

export interface Latency {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Coherence {
  readonly boundMs: number
  /** Reads whose versions were compared with all acknowledged writes, and those writes. */
  readonly reads: number
  readonly writes: number
  /** Reads marked fresh that were older than promised: past Δ anywhere, or at all on the instance that took the write. */
  readonly violations: number
  readonly firstViolation?: string
  /** Reads within Δ that were older, and by how much at most. Allowed, and told. */
  readonly superseded: number
  readonly oldestMs: number
  /** Deferred invalidations that were never made good. */
  readonly open: number
}
