/**
 * What an answer shows, as subject → version: `job:7` is a row, `jobs-of:88` the list of a city's jobs. A write returns
 * the versions it made, a read the versions it saw; the checker needs nothing else.
 */
export type Versions = Readonly<Record<string, number>>

/** Where an answer came from; `none` is a read that went past the cache on purpose. */
export type Tier = 'memory' | 'redis' | 'load' | 'none'

/** Which process answered. A respawned instance keeps its name and has another pid. */
export interface Origin {
  readonly instance: string
  readonly pid: number
}

export interface ReadReply extends Origin {
  readonly data: unknown
  readonly versions: Versions
  readonly cache: { readonly tier: Tier; readonly stale: boolean }
}

export interface WriteReply extends Origin {
  readonly versions: Versions
  readonly invalidation: {
    /** `instance.pid.number`; a deferred invalidation is reported as settled under this id. */
    readonly id: string
    readonly status: 'committed' | 'deferred'
    /** When it was acknowledged, in {@link monotonicMs}. */
    readonly at: number
  }
}

/** What `GET /stats` answers, beside the cache's own statistics. */
export interface ServiceCounts {
  reads: number
  writes: number
  /** Queries for cached reads, for reads past the cache, and for writes. */
  queries: { loads: number; uncached: number; writes: number }
}

/** Sent by an instance to the process that started it. */
export type FromInstance =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'settled'; readonly id: string; readonly at: number }
  | { readonly type: 'abandoned'; readonly id: string; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string }

/** Everything an instance needs to know, passed as its one argument. */
export interface InstanceConfig {
  readonly name: string
  readonly directory: string
  readonly databaseFile: string
  readonly databaseMs: number
  readonly redisUrl: string
  readonly namespace: string
  readonly maxStalenessMs: number
}
