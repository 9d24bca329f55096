import type { Cancel, Clock } from '../../src/clock.ts'
import { CacheError } from '../../src/errors.ts'
import { type Cache, type CacheOptions, createCache } from '../../src/index.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Time that stands still until it is moved. */
export class HandClock implements Clock {
  #now = 10_000
  #timers: Timer[] = []
  #soon: (() => void)[] = []

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
    return Date.UTC(2026, 0, 1) + this.#now
  }
  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#now + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(one => one !== timer)
    }
  }
  soon(run: () => void): void {
    this.#soon.push(run)
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length
  }

  /** Ends the current turn of the event loop. */
  endTurn(): void {
    for (const run of this.#soon.splice(0)) run()
  }

  /** Lets time pass; between two timers everything that waits for nothing else runs. */
  async pass(ms: number): Promise<void> {
    await settled()
    const until = this.#now + ms
    for (;;) {
      const due = this.#timers.reduce<Timer | undefined>(
        (first, one) => (one.at <= until && (first === undefined || one.at < first.at) ? one : first),
        undefined,
      )
      if (due === undefined) break
      this.#timers = this.#timers.filter(one => one !== due)
      this.#now = Math.max(this.#now, due.at)
      due.run()
      this.endTurn()
      await settled()
    }
    this.#now = until
    await settled()
  }
}

/** Everything that waits for nothing but other promises has run. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** Chance that takes nothing off. */
export const NO_CHANCE = (): number => 0

export function errorOf(run: () => unknown): CacheError {
  try {
    run()
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export async function rejectionOf(promise: Promise<unknown>): Promise<CacheError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('nothing was rejected')
}

/** A cache in this process alone, with time moved by hand and no jitter. */
export function handCache(options: CacheOptions = {}): { readonly cache: Cache; readonly clock: HandClock } {
  const clock = new HandClock()
  return { cache: createCache({ clock, random: NO_CHANCE, ...options }), clock }
}

/** Gives 1, 2, 3 … and counts its calls. */
export function counter(): { readonly load: () => number; readonly calls: () => number } {
  let n = 0
  return { load: () => ++n, calls: () => n }
}
