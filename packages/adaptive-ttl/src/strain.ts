const USUAL_RATE = 1 / 200
const RECENT_RATE = 1 / 10
const LEAST_LOADS = 20
/** Loads that take up to this many times as long as usual are no reason to worry. */
const TOLERATED = 2

/** How hard the origin is pressed: by loads that fail, and by loads that take longer than usual. */
export class Strain {
  readonly #most: number
  #usual = 0
  #recent = 0
  #failing = 0
  #loads = 0

  /** `most`: the largest factor. 1: none. */
  constructor(most: number) {
    this.#most = most
  }

  /** A load ended. */
  note(loadMs: number, failed: boolean): void {
    this.#failing += ((failed ? 1 : 0) - this.#failing) * RECENT_RATE
    if (failed) return
    const log = Math.log(Math.max(1, loadMs))
    this.#loads++
    this.#recent += (log - this.#recent) * Math.max(RECENT_RATE, 1 / this.#loads)
    this.#usual += (log - this.#usual) * Math.max(USUAL_RATE, 1 / this.#loads)
  }

  /** By what lifetimes should be longer than they would be: 1 where all is well. */
  get factor(): number {
    const slower = this.#loads < LEAST_LOADS ? 1 : Math.exp(this.#recent - this.#usual) / TOLERATED
    // Every failure that is met has others with it: twice as many loads as succeed need twice the time between them.
    const failing = 1 / Math.max(1 - this.#failing, 1 / this.#most)
    return Math.min(this.#most, Math.max(1, slower) * (this.#failing < 0.15 ? 1 : failing))
  }
}
