/** How many of the last so many outcomes were good. */
export class Window {
  readonly #outcomes: Uint8Array
  #judged = 0
  #good = 0

  constructor(size: number) {
    this.#outcomes = new Uint8Array(size)
  }

  add(good: boolean): void {
    const at = this.#judged++ % this.#outcomes.length
    this.#good += Number(good) - (this.#outcomes[at] ?? 0)
    this.#outcomes[at] = Number(good)
  }

  /** Outcomes since it was made or cleared. */
  get judged(): number {
    return this.#judged
  }

  /** The share of good ones; `undefined` before the first outcome. */
  get share(): number | undefined {
    return this.#judged === 0 ? undefined : this.#good / Math.min(this.#judged, this.#outcomes.length)
  }

  /** Outcomes among them that were not good. */
  get bad(): number {
    return Math.min(this.#judged, this.#outcomes.length) - this.#good
  }

  clear(): void {
    this.#outcomes.fill(0)
    this.#judged = 0
    this.#good = 0
  }
}
