/** Stops a timer that has not fired yet. */
export type Cancel = () => void

/**
 * Time as every part of the cache sees it. Only this file touches the runtime's clocks and timers, so that a test can
 * move time through all tiers at once (`manualClock` in `@tiercache/core/testing`).
 */
export interface Clock {
  /** Monotonic milliseconds, whole, read now. */
  now(): number
  /**
   * Monotonic milliseconds as of this callback of the event loop: a clock read costs more than a cache hit, so reads in
   * one callback share it, at most 256 of them. Code that blocks the event loop therefore delays expiry by no more than
   * the callback it runs in.
   */
  recent(): number
  /** Monotonic milliseconds with fractions, to measure how long something took. */
  precise(): number
  /** Milliseconds since 1970. For people and logs only: no decision depends on it. */
  wall(): number
  /** Calls `run` once after `ms`. The timer never keeps the process alive. */
  after(ms: number, run: () => void): Cancel
  /** Calls `run` at the end of the current turn of the event loop, when all that came in has been handled. */
  soon(run: () => void): void
}

const READS_PER_LOOK = 256
const LEAP_MS = 100
const LONGEST_TIMER_MS = 2 ** 31 - 1

class SystemClock implements Clock {
  #left = 0
  #last = 0
  #resetting = false
  #lastWall = Date.now()
  #lastTick = performance.now()
  #skipped = 0

  now(): number {
    const tick = performance.now()
    const wall = Date.now()
    // The monotonic clock may stand still while a machine sleeps; the wall clock does not. A leap of the wall clock
    // makes time pass here too: entries expire early, never late.
    const leap = wall - this.#lastWall - (tick - this.#lastTick)
    if (leap > LEAP_MS) this.#skipped += leap
    this.#lastWall = wall
    this.#lastTick = tick
    return Math.floor(tick + this.#skipped)
  }

  recent(): number {
    if (--this.#left < 0) this.#look()
    return this.#last
  }

  precise(): number {
    return performance.now()
  }

  wall(): number {
    return Date.now()
  }

  after(ms: number, run: () => void): Cancel {
    if (ms <= LONGEST_TIMER_MS) {
      const timer = setTimeout(run, ms)
      timer.unref()
      return () => clearTimeout(timer)
    }
    // The runtime takes a longer delay for none.
    let cancel = this.after(LONGEST_TIMER_MS, () => {
      cancel = this.after(ms - LONGEST_TIMER_MS, run)
    })
    return () => cancel()
  }

  soon(run: () => void): void {
    setImmediate(run)
  }

  #look(): void {
    this.#last = this.now()
    this.#left = READS_PER_LOOK
    if (this.#resetting) return
    this.#resetting = true
    // A tick queued here runs after the microtasks of this callback, so the next callback looks again.
    process.nextTick(this.#reset)
  }

  readonly #reset = (): void => {
    this.#left = 0
    this.#resetting = false
  }
}

/** The process's clock. */
export const systemClock: Clock = new SystemClock()

/** Chance, where no test decides it: a number from 0 up to 1. */
export const systemRandom: () => number = Math.random
