/*
 * The lifetime that costs least. Per key: reads come at the rate r, changes at λ, a load costs c, and what is not wanted (a stale read, or a
 * ms of a stale read's age) costs w. A cycle is a load, the lifetime T, and the wait 1/r for the read that loads again.
 */

/** What a lifetime follows from. Rates per ms. */
export interface Rates {
  /** r: reads per ms. */
  readonly reads: number
  /** λ: changes per ms. */
  readonly changes: number
  /** c / w: what a load costs, in units of what is not wanted. */
  readonly price: number
}

/**
 * The T for which (c + w·r·λT²/2) / (T + 1/r) is least, in ms: loads against stale reads. It tends to sqrt(2c / (w·r·λ)) for keys that are
 * read often, hence the square-root law, and to c / (w·λ) for the others.
 */
export function squareRootLaw({ reads, changes, price }: Rates): number {
  // (sqrt(1 + a) - 1) / r with a = 2rc/(wλ), in a form that loses nothing where a is small.
  const perChange = price / changes
  return (2 * perChange) / (Math.sqrt(1 + 2 * reads * perChange) + 1)
}

const NEWTON_STEPS = 6

/**
 * The T for which (c + w·r·λT³/6) / (T + 1/r) is least, in ms: loads against the age of what is served stale. It solves
 * T³/3 + T²/(2r) = c / (w·r·λ), and tends to the cube root of 3c / (w·r·λ) for keys that are read often.
 */
export function cubeRootLaw({ reads, changes, price }: Rates): number {
  const q = price / (reads * changes)
  // Each term alone gives a T that is too long; from there Newton's steps only fall.
  let t = Math.min(Math.cbrt(3 * q), Math.sqrt(2 * q * reads))
  for (let step = 0; step < NEWTON_STEPS; step++) {
    t -= ((t * t * t) / 3 + (t * t) / (2 * reads) - q) / (t * t + t / reads)
  }
  return t
}

/** The price at which `squareRootLaw` gives `ttlMs`. */
export function squareRootPrice({ reads, changes }: Omit<Rates, 'price'>, ttlMs: number): number {
  return changes * ttlMs * (1 + (reads * ttlMs) / 2)
}

/** The price at which `cubeRootLaw` gives `ttlMs`. */
export function cubeRootPrice({ reads, changes }: Omit<Rates, 'price'>, ttlMs: number): number {
  return reads * changes * (ttlMs ** 3 / 3 + ttlMs ** 2 / (2 * reads))
}

/**
 * The share of the time from its load until `ttlMs` for which a value was out of date, on average, if it is known to have changed within
 * `spanMs` at the rate λ: the share of its hits that were stale.
 */
export function staleShare(changes: number, ttlMs: number, spanMs: number): number {
  const served = Math.min(ttlMs, spanMs)
  const z = changes * served
  if (z < 1e-4) return served / (2 * spanMs)
  return (1 - -Math.expm1(-z) / z) / -Math.expm1(-changes * spanMs)
}

/** As `staleShare`: how long before it was read the value had changed, averaged over all reads until `ttlMs`, in ms. */
export function staleAge(changes: number, ttlMs: number, spanMs: number): number {
  const served = Math.min(ttlMs, spanMs)
  const z = changes * served
  if (z < 1e-3) return (served * served) / (6 * spanMs)
  return (served / 2 - 1 / changes + -Math.expm1(-z) / (z * changes)) / -Math.expm1(-changes * spanMs)
}
