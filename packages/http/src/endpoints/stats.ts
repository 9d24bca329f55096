import type { Cache } from '@tiercache/core'
import { checkNames } from '@tiercache/core/options'
import { type Authorize, authorizer } from './authorize.ts'
import { type Endpoint, showing } from './endpoint.ts'

/** Options of the statistics endpoint. */
export interface StatsOptions<Req = unknown> {
  /** Default: anybody may ask; it tells counts and, with `timing`, routes, but no keys and no values. */
  readonly authorize?: Authorize<Req>
  /** The timing middleware whose figures are shown as `timing`. */
  readonly timing?: { stats(): unknown }
}

/** `GET`: `cache.stats()`, and response times by route. */
export function statsEndpoint<Req>(cache: Cache, options: StatsOptions<Req> = {}): Endpoint<Req> {
  checkNames(options, ['authorize', 'timing'], 'cacheStats')
  const { timing } = options
  const authorized =
    options.authorize === undefined ? async () => true : authorizer(options.authorize, 'cacheStats.authorize')
  return showing(
    () => ({ ...cache.stats(), ...(timing !== undefined && { timing: timing.stats() }) }),
    authorized,
  )
}
