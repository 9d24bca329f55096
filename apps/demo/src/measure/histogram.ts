import { createHistogram } from 'node:perf_hooks'

/** Durations in ms, kept with three significant figures. */
export interface Durations {
  record(ms: number): void
  readonly count: number
  /** The value below which `percent` of the durations lie; 0 if there are none. */
  percentile(percent: number): number
  /** 0 if there are none. */
  mean(): number
  max(): number
}

/** A view of durations that can be printed and put into JSON. */
export interface DurationSummary {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export function createDurations(): Durations {
  const histogram = createHistogram({ figures: 3 })
  const inMs = (microseconds: number): number => (histogram.count === 0 ? 0 : microseconds / 1000)
  return {
    record: ms => histogram.record(Math.max(1, Math.round(ms * 1000))),
    get count() {
      return histogram.count
    },
    percentile: percent => inMs(histogram.percentile(percent)),
    mean: () => inMs(histogram.mean),
    max: () => inMs(histogram.max),
  }
}

export function summaryOf(durations: Durations): DurationSummary {
  return {
    count: durations.count,
    p50: durations.percentile(50),
    p99: durations.percentile(99),
    max: durations.max(),
  }
}
