/** The highest version known at a time, with what made it known. */
export class Floor<T extends { readonly version: number }> {
  readonly #times: number[] = []
  readonly #steps: T[] = []

  constructor(points: readonly (readonly [time: number, one: T])[]) {
    for (const [time, one] of points.toSorted(([a], [b]) => a - b)) {
      const highest = this.#steps.at(-1)
      if (time === Infinity || (highest !== undefined && one.version <= highest.version)) continue
      this.#times.push(time)
      this.#steps.push(one)
    }
  }

  /** Of the points before a time. */
  at(time: number): T | undefined {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return this.#steps[low - 1]
  }
}
