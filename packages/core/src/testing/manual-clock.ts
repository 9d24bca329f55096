import { setImmediate } from 'node:timers'
import type { Cancel, Clock } from '../clock.ts'
import { type Duration, parseDurationOrZero } from '../duration.ts'

/**
 * A clock that a test moves. Give the same one to every cache and to `fakeRedis`, and time stands still in all tiers until
 * `advance`; give each cache its own, and their clocks differ.
 *
 * What remains real: the event loop. `soon` runs on `setImmediate`, when all promises have settled, so a test may await a
 * cache without moving time, and two runs take the same steps. Real Redis does not follow this clock, nor do the timers of
 * ioredis and opossum (how long a circuit stays open); with `fakeRedis` neither is used.
 */
export interface ManualClock extends Clock {
  /**
   * Moves time on, by 0 or more, and runs the timers that come due in their order, each at its moment, with all that follows from it
   * before the next. Resolves when everything that needs no more time has settled. Calls that overlap run one after another.
   */
  advance(by: Duration): Promise<void>
  /** Moves time at once, as for a process that was stopped meanwhile: what came due runs late, with the next `advance`. */
  leap(by: Duration): void
  /** Resolves when everything that needs no time has settled. */
  settle(): Promise<void>
  /** How many timers wait. */
  readonly timers: number
}

interface Timer {
  readonly due: number
  readonly run: () => void
}

const FIRST_NOW = 1000
/** The event loop may turn this often without time passing; more is a loop that never ends. */
const MOST_TURNS = 10_000
const LEAST_TURNS = 2

class SteppedClock implements ManualClock {
  #now = FIRST_NOW
  readonly #wallOffset: number
  readonly #timers = new Set<Timer>()
  #soon = 0
  #moving: Promise<void> = Promise.resolve()

  constructor(start: number) {
    this.#wallOffset = start - FIRST_NOW
  }

  now(): number {
    return this.#now
  }

  recent(): number {
    return this.#now
  }

  precise(): number {
    return this.#now
  }

  wall(): number {
    return this.#now + this.#wallOffset
  }

  after(ms: number, run: () => void): Cancel {
    // As setTimeout does it: whole milliseconds, one at least.
    const timer = { due: this.#now + Math.max(1, Math.trunc(ms)), run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  soon(run: () => void): void {
    this.#soon++
    setImmediate(() => {
      this.#soon--
      run()
    })
  }

  get timers(): number {
    return this.#timers.size
  }

  advance(by: Duration): Promise<void> {
    const ms = parseDurationOrZero(by, 'advance')
    this.#moving = this.#moving.then(() => this.#move(ms))
    return this.#moving
  }

  leap(by: Duration): void {
    this.#now += parseDurationOrZero(by, 'leap')
  }

  async settle(): Promise<void> {
    for (let turns = 1; turns <= LEAST_TURNS || this.#soon > 0; turns++) {
      if (turns > MOST_TURNS) throw new Error('What was started does not settle: something runs for ever.')
      await new Promise<void>(resolve => setImmediate(resolve))
    }
  }

  async #move(ms: number): Promise<void> {
    await this.settle()
    const until = this.#now + ms
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.due)
      timer.run()
      await this.settle()
    }
    this.#now = Math.max(this.#now, until)
  }

  /** The timer that is due first, of those due together the one set first. */
  #next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= until && (first === undefined || timer.due < first.due)) first = timer
    }
    return first
  }
}

/** A clock that stands still. `start` is its wall time in ms since 1970, by default the first moment of 2026. */
export function manualClock(start: number = Date.UTC(2026, 0)): ManualClock {
  return new SteppedClock(start)
}
