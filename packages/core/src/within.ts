import type { Clock } from './clock.ts'

/** What `work` brings within `ms`, else `late`; the work goes on behind. Rejects with what it throws in that time. */
export function within<T, L>(work: Promise<T>, ms: number, clock: Clock, late: L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(late))
    work.then(
      value => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}

/** What `Shared` brings where its work takes longer. */
export const LATE: unique symbol = Symbol('late')

/** Work that many wait for, each for a time of its own: those whose time ends in the same millisecond share a timer and a promise. */
export class Shared<T> {
  readonly work: Promise<T>
  readonly #clock: Clock
  readonly #waiting = new Map<number, Promise<T | typeof LATE>>()

  constructor(work: Promise<T>, clock: Clock) {
    this.work = work
    this.#clock = clock
  }

  /** What the work brings within `ms` from now, else `LATE`. Rejects with what it throws in that time. */
  within(ms: number): Promise<T | typeof LATE> {
    const end = this.#clock.recent() + ms
    let waiting = this.#waiting.get(end)
    if (waiting === undefined) this.#waiting.set(end, (waiting = within(this.work, ms, this.#clock, LATE)))
    return waiting
  }
}
