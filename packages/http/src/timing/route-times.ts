import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** Response times in ms, 0 where nothing was measured. */
interface Times {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p99: number
}

/** What the cache gains a route. */
export interface RouteTiming {
  readonly route: string
  /** Share of responses from the cache, 0 to 1. */
  readonly hitRate: number
  /** Answered from the cache, stale answers included. */
  readonly withHit: Times
  readonly withoutHit: Times
  /** Handler time that hits have saved: their number times the difference of the means. */
  readonly savedMs: number
}

/** Response times of all routes. */
export interface TimingStats {
  readonly routes: readonly RouteTiming[]
  /** The routes that gain most, and least, by `savedMs`, ten each at most. */
  readonly most: readonly string[]
  readonly least: readonly string[]
}

const LISTED = 10

/** The response times of one route. */
export class RouteTimes {
  readonly #withHit = histogram()
  readonly #withoutHit = histogram()

  record(ms: number, hit: boolean): void {
    const times = hit ? this.#withHit : this.#withoutHit
    times.record(Math.max(1, Math.round(ms * 1000)))
  }

  timing(route: string): RouteTiming {
    const withHit = timesOf(this.#withHit)
    const withoutHit = timesOf(this.#withoutHit)
    const all = withHit.count + withoutHit.count
    const gainMs = withHit.count > 0 && withoutHit.count > 0 ? withoutHit.mean - withHit.mean : 0
    return {
      route,
      hitRate: all === 0 ? 0 : withHit.count / all,
      withHit,
      withoutHit,
      savedMs: gainMs * withHit.count,
    }
  }
}

/** The routes with those that gain most and least. */
export function statsOf(routes: readonly RouteTiming[]): TimingStats {
  const names = routes.toSorted((a, b) => b.savedMs - a.savedMs).map(({ route }) => route)
  return { routes, most: names.slice(0, LISTED), least: names.toReversed().slice(0, LISTED) }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 })
}

function timesOf(histogram: RecordableHistogram): Times {
  const { count } = histogram
  if (count === 0) return { count, mean: 0, p50: 0, p99: 0 }
  const ms = (us: number): number => us / 1000
  return {
    count,
    mean: ms(histogram.mean),
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
  }
}
