/** A figure over rounds: its median and quartiles. */
export interface Summary {
  readonly median: number
  readonly q1: number
  readonly q3: number
  readonly n: number
}

/** Median and quartiles. Throws for no values and for what is no number: a benchmark must not hide either. */
export function summarize(values: readonly number[]): Summary {
  const sorted = sort(values)
  return {
    median: quantileOf(sorted, 0.5),
    q1: quantileOf(sorted, 0.25),
    q3: quantileOf(sorted, 0.75),
    n: sorted.length,
  }
}

/** A quantile, 0 to 1, linear between the two values around it (type 7 of Hyndman and Fan). */
export function quantile(values: readonly number[], share: number): number {
  return quantileOf(sort(values), share)
}

/**
 * Each round's value over the anchor's of the same round, summarized: what slows a whole round cancels out. Throws where
 * the two do not have the same rounds.
 */
export function ratios(values: readonly number[], anchor: readonly number[]): Summary {
  if (values.length !== anchor.length)
    throw new Error(`${values.length} rounds cannot be compared with ${anchor.length} of the anchor`)
  return summarize(values.map((value, round) => value / (anchor[round] ?? Number.NaN)))
}

/** The order of a round: each contender has each place equally often, so none always follows the same one at once. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const shift = items.length === 0 ? 0 : round % items.length
  const turned = [...items.slice(shift), ...items.slice(0, shift)]
  return Math.floor(round / Math.max(1, items.length)) % 2 === 1 ? turned.toReversed() : turned
}

function sort(values: readonly number[]): Float64Array {
  if (values.length === 0) throw new Error('there are no values')
  const wrong = values.find(value => !Number.isFinite(value))
  if (wrong !== undefined) throw new Error(`${wrong} is not a measurement`)
  return Float64Array.from(values).sort()
}

function quantileOf(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}
