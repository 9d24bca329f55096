import type { Key } from './key.ts'
import type { Place } from './memory/tier.ts'

/** Ids a namespace remembers at most, however many entries memory may have. */
const MOST = 65_536

/**
 * The ids of a namespace's keys that are not their own, and where memory has them: of strings, and of pairs such as `['user', 42]`. They are
 * kept once they were found in memory: to look one up costs less than to print it again, and then to look that up.
 */
export class KnownIds {
  readonly #strings = new Map<string, Place>()
  readonly #pairs = new Map<unknown, Map<unknown, Place>>()
  readonly #most: number
  #kept = 0

  /** Of `entries` ids it begins anew: what memory has no room for is not asked for again soon. */
  constructor(entries: number) {
    this.#most = Math.min(entries, MOST)
  }

  /** The id of a key that was kept. */
  of(key: Key): Place | undefined {
    if (typeof key === 'string') return this.#strings.get(key)
    return Array.isArray(key) && key.length === 2 ? this.#pairs.get(key[0])?.get(key[1]) : undefined
  }

  /** Remembers the id of a key that is likely to be asked for again. */
  keep(key: Key, id: string): void {
    if (typeof key === 'string') {
      if (id === key) return
      this.#count()
      this.#strings.set(key, { id, slot: 0 })
      return
    }
    const [first, second] = key
    if (
      key.length !== 2 ||
      typeof first !== 'string' ||
      (typeof second !== 'string' && typeof second !== 'number')
    )
      return
    this.#count()
    const seconds = this.#pairs.get(first)
    if (seconds === undefined) this.#pairs.set(first, new Map([[second, { id, slot: 0 }]]))
    else seconds.set(second, { id, slot: 0 })
  }

  #count(): void {
    if (++this.#kept <= this.#most) return
    this.#kept = 1
    this.#strings.clear()
    this.#pairs.clear()
  }
}
