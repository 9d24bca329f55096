import type { Sample } from './messages.ts'
import type { Moment, Seen } from './soak.ts'
import { type Point, type Trend, trendOf } from './trend.ts'

/** What growing memory is held to, in MB an hour. */
export const LIMIT = 1
const MB = 2 ** 20
/** The first of this share of the time, or of so many minutes, tables fill and code is compiled. */
const WARM_SHARE = 0.25
const WARM_MINUTES = 10

/** Memory of one kind over time, in one process or on average. */
export interface Judgement {
  readonly what: 'heap' | 'RSS'
  /** `undefined`: the mean of all. */
  readonly instance: number | undefined
  /** In MB an hour; `undefined` where there is too little to say. */
  readonly trend: Trend | undefined
  /** What it is held to: `LIMIT`, or more where the time was too short to see that little. */
  readonly limit: number
  readonly leaks: boolean
}

/**
 * In so many hours and more, memory is held to `LIMIT`. In less time the runtime itself may grow: code that is still being compiled, pages
 * that are not given back. A leak shows only where it adds more than this.
 */
const LONG_HOURS = 1.5
const NOISE_MB = { heap: 4, RSS: 16 } as const
/** RSS jumps by what the allocator takes and gives: in less time than this it says nothing. */
const RSS_HOURS = 1 / 6
/** Points from which one instance is judged by itself. */
const LEAST_ALONE = 24

/** Whether memory grows: the slope is above its limit, and it is not chance that it is above zero. */
export function judge(seen: Seen): Judgement[] {
  const warm = Math.min(WARM_MINUTES, seen.minutes * WARM_SHARE)
  const moments = seen.moments.filter(({ minutes }) => minutes > warm)
  const hours = Math.max(0, seen.minutes - warm) / 60
  const instances = [...new Set(moments.flatMap(({ samples }) => [...samples.keys()]))].toSorted(
    (a, b) => a - b,
  )
  return (['heap', 'RSS'] as const).flatMap(what => {
    const limit = hours >= LONG_HOURS ? LIMIT : NOISE_MB[what] / hours
    const says = what === 'heap' || hours >= RSS_HOURS
    const of = (instance: number | undefined, points: readonly Point[], confidence: number): Judgement => {
      const enough = says && (instance === undefined || points.length >= LEAST_ALONE)
      const trend = enough ? trendOf(points, confidence) : undefined
      return {
        what,
        instance,
        trend,
        limit,
        leaks: trend !== undefined && trend.slope > limit && trend.low > 0,
      }
    }
    // With many instances one of them looks like a leak by chance; a single one has to be surer.
    return [
      of(undefined, meanPoints(moments, what, instances.length), 0.95),
      ...instances.map(instance => of(instance, pointsOf(moments, what, instance), 0.99)),
    ]
  })
}

/** How fast memory must grow for this soak to say that it does, in MB an hour. */
export function resolution(judgements: readonly Judgement[]): { heap: number; RSS: number } {
  const of = (what: Judgement['what']): number => {
    const mean = judgements.find(one => one.what === what && one.instance === undefined)
    if (mean?.trend === undefined) return Infinity
    return Math.max(mean.limit, (mean.trend.high - mean.trend.low) / 2)
  }
  return { heap: of('heap'), RSS: of('RSS') }
}

function pointsOf(moments: readonly Moment[], what: Judgement['what'], instance: number): Point[] {
  return moments.flatMap(({ minutes, samples }): Point[] => {
    const sample = samples.get(instance)
    return sample === undefined ? [] : [[minutes / 60, megabytes(sample, what)]]
  })
}

function meanPoints(moments: readonly Moment[], what: Judgement['what'], instances: number): Point[] {
  return moments.flatMap(({ minutes, samples }): Point[] => {
    if (samples.size < instances || instances === 0) return []
    const total = [...samples.values()].reduce((sum, sample) => sum + megabytes(sample, what), 0)
    return [[minutes / 60, total / instances]]
  })
}

/** Buffers outside of the heap belong to it. */
function megabytes({ heap, external, rss }: Sample, what: Judgement['what']): number {
  return (what === 'heap' ? heap + external : rss) / MB
}
