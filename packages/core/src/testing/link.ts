import type { Clock } from '../clock.ts'

/** One direction of a connection: what is sent arrives in the order it was sent, each after its delay. */
export class Link {
  readonly #clock: Clock
  readonly #underWay: (() => void)[] = []
  #due = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Without a delay, and with nothing before it, it arrives within the call. */
  send(delayMs: number, arrive: () => void): void {
    if (delayMs <= 0 && this.#underWay.length === 0) return arrive()
    this.post(delayMs, arrive)
  }

  /** As `send`, but never within the call. */
  post(delayMs: number, arrive: () => void): void {
    const now = this.#clock.now()
    this.#due = Math.max(this.#due, now + delayMs)
    this.#underWay.push(arrive)
    const next = (): void => this.#underWay.shift()?.()
    if (this.#due <= now) this.#clock.soon(next)
    else this.#clock.after(this.#due - now, next)
  }
}
