import { chance, type Chance } from './chance.ts'

/** Reads in the order of time, and the changes of each key. Times in ms from 0. */
export interface Workload {
  readonly name: string
  readonly durationMs: number
  readonly keys: Uint32Array
  readonly times: Float64Array
  /** By key, ascending. */
  readonly changes: readonly Float64Array[]
}

export interface SyntheticOptions {
  readonly seed: number
  readonly keys?: number
  readonly reads?: number
  /** Exponent of Zipf's law, by which keys are read. Default 0.9. */
  readonly skew?: number
  /** Spread of the change rates: the sigma of a lognormal with the median one per hour. Default 1.8. */
  readonly sigma?: number
}

export type Synthetic = 'poisson' | 'bursty' | 'jumps' | 'diurnal'

const DAY = 86_400_000
const HOUR = 3_600_000

/**
 * A day of 3 million reads of 3 000 keys. `poisson`: changes at a rate of each key's own; `bursty`: the same, in bursts of five within minutes;
 * `jumps`: a key's rate is now eight times as high, now an eighth, for six hours on average; `diurnal`: reads and changes swing with the hour of the day.
 */
export function synthetic(kind: Synthetic, options: SyntheticOptions): Workload {
  const { seed, keys: keyCount = 3000, reads = 3_000_000, skew = 0.9, sigma = 1.8 } = options
  const random = chance(seed)
  const changes = Array.from({ length: keyCount }, () => {
    const perHour = Math.exp(sigma * random.normal())
    return Float64Array.from(changesOf(kind, perHour / HOUR, random))
  })
  return {
    name: kind,
    durationMs: DAY,
    ...readsOf(keyCount, reads, DAY, skew, kind === 'diurnal', random),
    changes,
  }
}

/** Real changes under reads by Zipf's law: the most read keys are chosen by chance. */
export function underReads(
  name: string,
  changes: readonly Float64Array[],
  durationMs: number,
  { seed, reads = 3_000_000, skew = 0.9 }: SyntheticOptions,
): Workload {
  return {
    name,
    durationMs,
    ...readsOf(changes.length, reads, durationMs, skew, false, chance(seed)),
    changes,
  }
}

function changesOf(kind: Synthetic, rate: number, random: Chance): number[] {
  switch (kind) {
    case 'poisson':
      return process(random, () => rate, rate)
    case 'bursty': {
      const starts = process(random, () => rate / 5, rate / 5)
      const all = starts.flatMap(start => {
        const burst = [start]
        for (let at = start; random.uniform() < 0.8;) burst.push((at += 60_000 * random.exponential()))
        return burst
      })
      return all.filter(at => at < DAY).toSorted((a, b) => a - b)
    }
    case 'jumps': {
      const ends: number[] = []
      for (let at = 0; at < DAY;) ends.push((at += 6 * HOUR * random.exponential()))
      const high = random.uniform() < 0.5 ? 0 : 1
      const rateAt = (at: number): number =>
        (ends.findIndex(end => at < end) + high) % 2 === 0 ? rate * Math.SQRT2 * 2 : rate / (Math.SQRT2 * 2)
      return process(random, rateAt, rate * Math.SQRT2 * 2)
    }
    case 'diurnal':
      return process(random, at => rate * tide(at), rate * 2)
  }
}

/** Poisson with a rate that changes, by thinning one with the highest rate. */
function process(random: Chance, rateAt: (at: number) => number, most: number): number[] {
  const times: number[] = []
  for (let at = random.exponential() / most; at < DAY; at += random.exponential() / most)
    if (random.uniform() * most < rateAt(at)) times.push(at)
  return times
}

function tide(at: number): number {
  return 1 - 0.9 * Math.cos((2 * Math.PI * at) / DAY)
}

function readsOf(
  keyCount: number,
  reads: number,
  durationMs: number,
  skew: number,
  tidal: boolean,
  random: Chance,
): Pick<Workload, 'keys' | 'times'> {
  const cumulative = new Float64Array(keyCount)
  let sum = 0
  for (let rank = 0; rank < keyCount; rank++) cumulative[rank] = sum += (rank + 1) ** -skew
  const keyOf = random.shuffled(keyCount)
  const times = new Float64Array(reads)
  for (let i = 0; i < reads;) {
    const at = random.uniform() * durationMs
    if (!tidal || random.uniform() * 2 < tide(at)) times[i++] = at
  }
  times.sort()
  const keys = new Uint32Array(reads)
  for (let i = 0; i < reads; i++) keys[i] = keyOf[firstAtLeast(cumulative, random.uniform() * sum)] ?? 0
  return { keys, times }
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
