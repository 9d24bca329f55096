import type { Cancel, Clock } from '../../../packages/core/src/clock.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How far the wall clock may leap before the cache takes it for time that has passed, as its own clock does. */
const LEAP_MS = 100

/**
 * One life of a process: its clocks, its timers, and the door through which everything reaches it. While it is paused, as by
 * SIGSTOP or a loop that is blocked, what reaches it waits; when it is gone, nothing of it runs any more.
 */
export class SimulatedProcess implements Clock {
  readonly #time: VirtualTime
  #monotonicOffset: number
  #wallOffset: number
  #held: (() => void)[] | undefined
  #pausedAt = 0
  #pausedMs = 0
  #gone = false

  constructor(time: VirtualTime, monotonicOffset: number, wallOffset: number) {
    this.#time = time
    this.#monotonicOffset = monotonicOffset
    this.#wallOffset = wallOffset
  }

  get isGone(): boolean {
    return this.#gone
  }

  get isPaused(): boolean {
    return this.#held !== undefined
  }

  /** How long it has been paused in all. */
  get pausedMs(): number {
    return this.#pausedMs + (this.isPaused ? this.#time.now - this.#pausedAt : 0)
  }

  now(): number {
    return Math.floor(this.#time.now + this.#monotonicOffset)
  }

  recent(): number {
    return this.now()
  }

  precise(): number {
    return this.#time.now + this.#monotonicOffset
  }

  wall(): number {
    return Math.floor(this.#time.now + this.#wallOffset)
  }

  after(ms: number, run: () => void): Cancel {
    let cancelled = false
    const cancel = this.#time.at(this.#time.now + Math.max(1, Math.trunc(ms)), () =>
      this.enter(() => {
        if (!cancelled) run()
      }),
    )
    return () => {
      cancelled = true
      cancel()
    }
  }

  soon(run: () => void): void {
    this.#time.at(this.#time.now, () => this.enter(run))
  }

  /** Something reaches the process: a reply, a message, a timer, a call of the application. */
  enter(run: () => void): void {
    if (this.#gone) return
    if (this.#held === undefined) run()
    else this.#held.push(run)
  }

  pause(): void {
    if (this.#gone || this.isPaused) return
    this.#held = []
    this.#pausedAt = this.#time.now
  }

  /** What has waited runs now, in its order. */
  resume(): void {
    const held = this.#held
    if (held === undefined) return
    this.#pausedMs = this.pausedMs
    this.#held = undefined
    for (const run of held) this.soon(run)
  }

  /** The wall clock leaps. Forward, the cache takes it for time that passed unnoticed; back, for nothing. */
  leap(ms: number): void {
    this.#wallOffset += ms
    if (ms > LEAP_MS) this.#monotonicOffset += ms
  }

  kill(): void {
    this.#gone = true
    this.#held = undefined
  }
}
