import type { Cache } from '@tiercache/core'
import { checkNames } from '@tiercache/core/options'
import { functionOrNone } from '../option-shapes.ts'
import { type CacheOutcome, noteOutcomes, outcomeOf } from '../report.ts'
import { keyText } from '../response-key.ts'
import { type HttpClock, systemTime } from '../time.ts'
import { RouteTimes, statsOf, type TimingStats } from './route-times.ts'

/** Options of the timing middleware. */
export interface TimingOptions {
  /** Takes a line per answer: `2025-09-28T15:32:10 [INFO] CACHE_HIT path=/users/1 time=3ms key=user:/users/1:…`. */
  readonly log?: (line: string) => void
  /** The cache whose invalidations are logged, too: `… CACHE_INVALIDATE pattern=jobs:* count=1`. */
  readonly cache?: Cache
  /** Time, for tests. */
  readonly clock?: HttpClock
}

/** An exchange that has ended. */
export interface TimedExchange {
  /** The `source` of its `RequestView`. */
  readonly source: object
  /** The route's pattern, such as `GET /users/:id`, of which there are few. */
  readonly route: string
  /** The path as requested, for the log. */
  readonly path: string
}

/** Response times with and without the cache, by route. */
export interface ResponseTimes {
  /** Call it when a request arrives, and what it returns when its answer has been sent. */
  start(): (exchange: TimedExchange) => void
  stats(): TimingStats
}

const MOST_ROUTES = 500
const OTHERS = 'others'
const EVENTS: Readonly<Record<CacheOutcome, string>> = {
  hit: 'CACHE_HIT',
  stale: 'CACHE_STALE',
  miss: 'CACHE_MISS',
  pass: 'CACHE_PASS',
}

/** Measures answers of routes that have a cache. At most 500 routes are told apart. Throws `CacheError` for bad options. */
export function responseTimes(options: TimingOptions = {}): ResponseTimes {
  checkNames(options, ['log', 'cache', 'clock'], 'cacheTiming')
  const { cache, clock = systemTime } = options
  const log = functionOrNone(options.log, 'cacheTiming.log')
  const routes = new Map<string, RouteTimes>()
  noteOutcomes()
  const line = (text: string): void =>
    log?.(`${new Date(clock.wall()).toISOString().slice(0, 19)} [INFO] ${text}`)
  if (cache !== undefined && log !== undefined) logInvalidations(cache, line)
  return {
    start() {
      const from = clock.precise()
      return ({ source, route, path }) => {
        const outcome = outcomeOf(source)
        if (outcome === undefined) return
        const ms = clock.precise() - from
        timesOf(routes, route).record(ms, outcome.outcome === 'hit' || outcome.outcome === 'stale')
        const key = outcome.key === undefined ? '' : ` key=${keyText(outcome.key)}`
        line(`${EVENTS[outcome.outcome]} path=${keyText(path)} time=${Math.round(ms)}ms${key}`)
      }
    },
    stats: () => statsOf([...routes].map(([route, times]) => times.timing(route))),
  }
}

function timesOf(routes: Map<string, RouteTimes>, route: string): RouteTimes {
  const name = routes.has(route) || routes.size < MOST_ROUTES ? route : OTHERS
  const known = routes.get(name) ?? new RouteTimes()
  routes.set(name, known)
  return known
}

function logInvalidations(cache: Cache, line: (text: string) => void): void {
  cache.on('invalidate', ({ keys, tags, prefixes }) => {
    const patterns = [
      ...keys,
      ...tags.map(tag => `tag:${tag}`),
      ...prefixes.map(prefix => (prefix === '' ? '*' : `${prefix}:*`)),
    ]
    line(`CACHE_INVALIDATE pattern=${patterns.map(keyText).join(',')} count=${patterns.length}`)
  })
}
