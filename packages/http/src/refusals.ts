import { fieldOf, type HeaderMap } from './headers.ts'
import { keyText } from './response-key.ts'

const MOST_REMEMBERED = 1000

/**
 * Remembers which keys last had a response that could not be stored, so that concurrent requests for them do not wait for one another in
 * vain. A request that finds nobody at it tries again.
 */
export class Refusals {
  readonly #refused = new Set<string>()
  readonly #leading = new Map<string, number>()
  readonly #told = new Set<string>()

  /** Whether waiting for who has this response made now would probably be in vain. */
  inTheWay(key: string): boolean {
    return this.#refused.size > 0 && this.#refused.has(key) && this.#leading.has(key)
  }

  /** Somebody has the response of a key made. */
  leads(key: string, result: Promise<unknown>): void {
    this.#leading.set(key, (this.#leading.get(key) ?? 0) + 1)
    const over = (): void => {
      const left = (this.#leading.get(key) ?? 1) - 1
      if (left === 0) this.#leading.delete(key)
      else this.#leading.set(key, left)
    }
    result.then(
      value => {
        over()
        if (value !== undefined) this.#refused.delete(key)
      },
      () => over(),
    )
  }

  note(key: string): void {
    if (this.#refused.size >= MOST_REMEMBERED) this.#refused.clear()
    this.#refused.add(key)
  }

  /** Says once per `Vary` that responses are not stored because of it. */
  tellVary(key: string, headers: HeaderMap): void {
    const vary = fieldOf(headers, 'vary') ?? ''
    if (this.#told.has(vary) || this.#told.size >= MOST_REMEMBERED) return
    this.#told.add(vary)
    process.emitWarning(
      `The response of ${keyText(key)} has Vary: ${vary}, of which varyHeaders declares not all, so it is not stored. Declare what the handler reads. This is said once.`,
      'TiercacheWarning',
    )
  }
}
