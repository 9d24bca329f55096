import type { Cache } from '@tiercache/core'
import { checkNames } from '@tiercache/core/options'
import { type Authorize, authorizer } from './authorize.ts'
import { type Endpoint, showing } from './endpoint.ts'

/** Options of the health endpoint. */
export interface HealthOptions<Req = unknown> {
  /** Default: anybody may ask; it tells counts, and no keys, addresses or versions. */
  readonly authorize?: Authorize<Req>
}

/**
 * `GET`: `{ status, backend, latency_ms, stats: { hits, misses, hit_rate_percent, redis_available, memory_cache_size }, … }`. The status is
 * 200 also when it says `degraded`: requests are served then. It answers within 30 ms whatever Redis does.
 */
export function healthEndpoint<Req>(cache: Cache, options: HealthOptions<Req> = {}): Endpoint<Req> {
  checkNames(options, ['authorize'], 'cacheHealth')
  const authorized =
    options.authorize === undefined
      ? async () => true
      : authorizer(options.authorize, 'cacheHealth.authorize')
  return showing(() => cache.health(), authorized)
}
