import type { Clock } from '@tiercache/core'
import { sleep } from './time.ts'

/** How hard the origin is worked. */
export interface PaceOptions {
  /** Loads at the same time. */
  readonly concurrency: number
  /** Keys begun per second. `undefined`: no limit. */
  readonly rate: number | undefined
}

/** Keeps all loads of a warmer within one concurrency and one rate. */
export class Pace {
  readonly #options: PaceOptions
  readonly #clock: Clock
  readonly #waiting: (() => void)[] = []
  #running = 0
  #nextAt = 0

  constructor(options: PaceOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /** Works through jobs in their order, side by side as far as the pace allows. Begins none once `signal` is aborted. */
  async each<J>(
    jobs: readonly J[],
    keysOf: (job: J) => number,
    work: (job: J) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const queue = jobs.values()
    const worker = async (): Promise<void> => {
      for (const job of queue) {
        await this.#enter()
        try {
          await this.#turn(keysOf(job), signal)
          if (signal.aborted) return
          await work(job)
        } finally {
          this.#leave()
        }
      }
    }
    await Promise.all(Array.from({ length: this.#options.concurrency }, worker))
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#options.concurrency) this.#running++
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }

  /** Waits until so many keys may be begun. */
  async #turn(keys: number, signal: AbortSignal): Promise<void> {
    const { rate } = this.#options
    if (rate === undefined) return
    const now = this.#clock.precise()
    const at = Math.max(now, this.#nextAt)
    this.#nextAt = at + (keys * 1000) / rate
    await sleep(at - now, this.#clock, signal)
  }
}
