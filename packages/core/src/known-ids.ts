import { isPlainKey, type Key } from './key.ts'

/** Ids a namespace remembers at most, however many entries memory may have. */
const MOST = 65_536

/**
 * The ids of a namespace's keys. A key of the root that is its own id costs nothing; the ids of other strings, and of pairs such as
 * `['user', 42]`, are kept once they were found in memory: to look one up costs less than to print it again.
 */
export class KnownIds {
  readonly #prefix: string
  readonly #strings = new Map<string, string>()
  readonly #pairs = new Map<unknown, Map<unknown, string>>()
  readonly #most: number
  #kept = 0

  /** Of `entries` ids it begins anew: what memory has no room for is not asked for again soon. */
  constructor(prefix: string, entries: number) {
    this.#prefix = prefix
    this.#most = Math.min(entries, MOST)
  }

  /** The id of a key that is its own or was kept. Whether such a key of the root is well-formed is judged on a miss. */
  of(key: Key): string | undefined {
    if (typeof key === 'string') {
      if (this.#prefix === '' && isPlainKey(key)) return key
      return this.#strings.get(key)
    }
    return Array.isArray(key) && key.length === 2 ? this.#pairs.get(key[0])?.get(key[1]) : undefined
  }

  /** Remembers the id of a key that is likely to be asked for again. */
  keep(key: Key, id: string): void {
    if (typeof key === 'string') {
      if (id === key) return
      this.#count()
      this.#strings.set(key, id)
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
    if (seconds === undefined) this.#pairs.set(first, new Map([[second, id]]))
    else seconds.set(second, id)
  }

  #count(): void {
    if (++this.#kept <= this.#most) return
    this.#kept = 1
    this.#strings.clear()
    this.#pairs.clear()
  }
}
