import type { Cancel, Clock } from '../clock.ts'

const PER_SECOND = 10

/**
 * When to run a SYNC: every `heartbeatMs`, sooner when asked, one at a time, and no more than ten a second whatever asks. Without a
 * heartbeat it never runs by itself.
 */
export class Pulse {
  readonly #clock: Clock
  readonly #heartbeatMs: number | undefined
  readonly #beat: () => Promise<void>
  #beating: Promise<void> | undefined
  #again = false
  #recent: number[] = []
  #timer: Cancel | undefined
  #due = 0
  #stopped = false

  /** `beat` must not reject. */
  constructor(clock: Clock, heartbeatMs: number | undefined, beat: () => Promise<void>) {
    this.#clock = clock
    this.#heartbeatMs = heartbeatMs
    this.#beat = beat
  }

  /** Runs now, or joins the one that runs. The next is scheduled when it ends. */
  now(): Promise<void> {
    this.#beating ??= this.#run()
    return this.#beating
  }

  /** Runs as soon as it may: after the one that runs, and within the limit. */
  soon(): void {
    if (this.#stopped || this.#heartbeatMs === undefined) return
    if (this.#beating !== undefined) {
      this.#again = true
      return
    }
    const now = this.#clock.now()
    const [oldest] = this.#ofLastSecond(now)
    if (oldest === undefined || this.#recent.length < PER_SECOND) void this.now()
    else this.#schedule(Math.min(this.#heartbeatMs, oldest + 1000 - now))
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.()
  }

  async #run(): Promise<void> {
    this.#timer?.()
    this.#timer = undefined
    const now = this.#clock.now()
    this.#recent = [...this.#ofLastSecond(now), now]
    await this.#beat()
    this.#beating = undefined
    if (this.#stopped || this.#heartbeatMs === undefined) return
    if (!this.#again) return this.#schedule(this.#heartbeatMs)
    this.#again = false
    this.soon()
  }

  #ofLastSecond(now: number): number[] {
    this.#recent = this.#recent.filter(at => now - at < 1000)
    return this.#recent
  }

  /** Never puts off one that is due earlier. */
  #schedule(ms: number): void {
    const due = this.#clock.now() + ms
    if (this.#timer !== undefined && this.#due <= due) return
    this.#timer?.()
    this.#due = due
    this.#timer = this.#clock.after(ms, () => void this.now())
  }
}
