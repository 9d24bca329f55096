/** A straight line through measurements over time, and how sure it is. */
export interface Trend {
  /** Per hour. */
  readonly slope: number
  /** Between these the true slope lies, at the confidence asked for. */
  readonly low: number
  readonly high: number
  /** What the line has at the beginning, and how far measurements lie from it. */
  readonly level: number
  readonly scatter: number
}

export type Point = readonly [hours: number, value: number]

const LEAST_POINTS = 8

/**
 * Least squares. Measurements of one process follow each other, so neighbours say less than strangers: the number of points is lowered by
 * their correlation (lag one), which makes the interval wider. `undefined` for too few points.
 */
export function trendOf(points: readonly Point[], confidence = 0.95): Trend | undefined {
  const n = points.length
  if (n < LEAST_POINTS) return undefined
  const meanX = sum(points, ([x]) => x) / n
  const meanY = sum(points, ([, y]) => y) / n
  const spread = sum(points, ([x]) => (x - meanX) ** 2)
  const slope = sum(points, ([x, y]) => (x - meanX) * (y - meanY)) / spread
  const rest = points.map(([x, y]) => y - meanY - slope * (x - meanX))
  const squares = sum(rest, one => one ** 2)
  const correlation = squares === 0 ? 0 : sum(rest.slice(1), (one, i) => one * (rest[i] ?? 0)) / squares
  const kept = Math.min(0.95, Math.max(0, correlation))
  const independent = Math.max(4, (n * (1 - kept)) / (1 + kept))
  const scatter = Math.sqrt(squares / (n - 2))
  const error = Math.sqrt(squares / (n - 2) / spread) * Math.sqrt((1 + kept) / (1 - kept))
  const half = studentQuantile(confidence, independent - 2) * error
  return { slope, low: slope - half, high: slope + half, level: meanY - slope * meanX, scatter }
}

/** By how much two-sided estimates of so many degrees of freedom may be off, in standard errors (Cornish and Fisher's expansion). */
function studentQuantile(confidence: number, freedom: number): number {
  const z = confidence >= 0.99 ? 2.5758 : 1.96
  const nu = Math.max(1, freedom)
  return z + (z ** 3 + z) / (4 * nu) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * nu ** 2)
}

function sum<T>(list: readonly T[], of: (one: T, i: number) => number): number {
  return list.reduce((total, one, i) => total + of(one, i), 0)
}
