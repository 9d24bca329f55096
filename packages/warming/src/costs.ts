const MOST_TYPES = 200
/** What the newest load weighs in the mean. */
const SHARE = 0.1

/** How long a load takes, by type: the namespaces and the first segment of a key. */
export class Costs {
  readonly #ms: Map<string, number>

  constructor(known: Readonly<Record<string, number>> = {}) {
    this.#ms = new Map(Object.entries(known).slice(0, MOST_TYPES))
  }

  note(printed: string, ms: number): void {
    const type = typeOf(printed)
    const mean = this.#ms.get(type)
    if (mean !== undefined) this.#ms.set(type, mean + (ms - mean) * SHARE)
    else if (this.#ms.size < MOST_TYPES) this.#ms.set(type, ms)
  }

  /** What others have learned, as far as nothing is known here. */
  learn(others: Readonly<Record<string, number>>): void {
    for (const [type, ms] of Object.entries(others))
      if (!this.#ms.has(type) && this.#ms.size < MOST_TYPES) this.#ms.set(type, ms)
  }

  /** The mean of a key's type, in ms; of all types where that is not known; 1 where nothing is. */
  of(printed: string): number {
    const known = this.#ms.get(typeOf(printed))
    if (known !== undefined) return known
    const all = [...this.#ms.values()]
    return all.length === 0 ? 1 : all.reduce((sum, ms) => sum + ms, 0) / all.length
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#ms)
  }
}

function typeOf(printed: string): string {
  return /^(?:@[^:]*:)*[^:]*/.exec(printed)?.[0] ?? ''
}
