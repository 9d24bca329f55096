import type { Clock } from '@tiercache/core'
import type { Listeners, RunReport } from './events.ts'

/** Counts what a run does and tells of it. */
export class Tally {
  led = false
  readonly #source: string
  readonly #listeners: Listeners
  readonly #clock: Clock
  readonly #from: number
  #total = 0
  #hydrated = 0
  #loaded = 0
  #failed = 0

  constructor(source: string, listeners: Listeners, clock: Clock) {
    this.#source = source
    this.#listeners = listeners
    this.#clock = clock
    this.#from = clock.precise()
  }

  begin(total: number): void {
    this.#total = total
    this.#tell()
  }

  hydrated(keys: number): void {
    this.#hydrated += keys
    this.#tell()
  }

  /** Of a batch so many were loaded here; the others came from Redis after all. */
  loaded(keys: number, of: number): void {
    this.#loaded += Math.min(keys, of)
    this.#hydrated += Math.max(0, of - keys)
    this.#tell()
  }

  failed(keys: number): void {
    this.#failed += keys
    this.#tell()
  }

  end(ended: RunReport['ended']): RunReport {
    const report: RunReport = {
      source: this.#source,
      ended,
      led: this.led,
      total: this.#total,
      hydrated: this.#hydrated,
      loaded: this.#loaded,
      failed: this.#failed,
      ms: this.#clock.precise() - this.#from,
    }
    this.#listeners.emit('done', report)
    return report
  }

  #tell(): void {
    const done = this.#hydrated + this.#loaded + this.#failed
    const ms = this.#clock.precise() - this.#from
    this.#listeners.emit('progress', {
      source: this.#source,
      total: this.#total,
      done,
      hydrated: this.#hydrated,
      loaded: this.#loaded,
      failed: this.#failed,
      etaMs: done === 0 ? undefined : Math.round((ms / done) * (this.#total - done)),
    })
  }
}
