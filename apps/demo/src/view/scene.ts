import type { Deferred } from '../check/deferred.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Sampler } from '../measure/sampler.ts'
import type { Tally } from '../measure/tally.ts'
import type { Outage } from '../run/chaos.ts'

/** All that can be shown while the load runs. */
export interface Scene {
  readonly address: string
  readonly redisShown: string
  readonly seconds: number
  readonly rate: number
  readonly dbMs: number
  readonly boundMs: number
  readonly fleet: Fleet
  readonly sampler: Sampler
  readonly tally: Tally
  readonly deferred: Deferred
  readonly outages: Outage[]
  /** Hit rate of each second so far. */
  readonly hitRates: number[]
  elapsedMs(): number
}
