/** Ten years, in ms: the longest lifetime core takes. */
export const LONGEST_MS: number = 10 * 365 * 86_400_000

/** Time as the engine sees it. Any `Clock` of `@tiercache/core` is one. */
export interface HttpClock {
  /** Milliseconds since 1970, for `Date` and `X-Cache-Date`. */
  wall(): number
  /** Monotonic milliseconds with fractions, to measure how long something took. */
  precise(): number
}

/** The clocks of the process. */
export const systemTime: HttpClock = { wall: () => Date.now(), precise: () => performance.now() }
