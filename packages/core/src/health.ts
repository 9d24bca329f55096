/** Whether the tiers work. The fields in snake case are what health endpoints of the field report. */
export interface Health {
  /** `degraded`: Redis is configured and cannot be used; requests are served from memory and by loaders. */
  readonly status: 'healthy' | 'degraded'
  readonly backend: 'redis' | 'memory'
  /** One round trip to Redis; `null` where there is none or it did not answer in time. */
  readonly latency_ms: number | null
  readonly stats: {
    readonly hits: number
    readonly misses: number
    readonly hit_rate_percent: number
    readonly redis_available: boolean
    readonly memory_cache_size: number
  }
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly coherence: 'coherent' | 'degraded' | 'memory-only'
  /** Names of invalidations that wait for Redis. */
  readonly deferred: number
}
