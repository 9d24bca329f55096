import { type Duration, parseDurationOrZero } from './duration.ts'
import { CacheError } from './errors.ts'
import type { Key } from './key.ts'
import { type Policy, type Ttl, checkTags, resolvePolicy } from './policy.ts'

/**
 * What a loader is told and may decide. It does not depend on the type of the value, so that this can be inferred from what the
 * loader returns.
 */
export interface LoadContext {
  /** The key, as the call gave it. */
  readonly key: Key
  /** Aborted when the cache closes, or when nobody can use the value any more. */
  readonly signal: AbortSignal
  /** The last value, past its ttl, if there is one. */
  readonly stale: unknown
  /** Replaces the ttl of this value. */
  readonly setTtl: (ttl: Ttl) => void
  /** Replaces the tags of this value. */
  readonly setTags: (tags: readonly string[]) => void
  /** Replaces the grace of this value. */
  readonly setGrace: (grace: Duration) => void
  /** Do not store what the loader returns. */
  readonly skip: () => void
  /**
   * Store `stale` again as it is: `return context.notModified()`, which gives that value although its type says `never`. Throws
   * `E_VALUE` where there is none.
   */
  readonly notModified: () => never
}

/** The context of one load, and what the loader decided. */
export class LoadState implements LoadContext {
  readonly key: Key
  readonly stale: unknown
  policy: Policy
  tags: readonly string[]
  skipped = false
  unchanged = false
  #controller: AbortController | undefined
  #aborted = false

  constructor(key: Key, stale: unknown, policy: Policy, tags: readonly string[]) {
    this.key = key
    this.stale = stale
    this.policy = policy
    this.tags = tags
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort()
    return this.#controller.signal
  }

  readonly setTtl = (ttl: Ttl): void => {
    this.policy = resolvePolicy({ ttl: ttl as Ttl<never> }, this.policy, 'setTtl')
  }

  readonly setTags = (tags: readonly string[]): void => {
    this.tags = checkTags(tags, 'setTags')
  }

  readonly setGrace = (grace: Duration): void => {
    this.policy = Object.freeze({ ...this.policy, graceMs: parseDurationOrZero(grace, 'setGrace') })
  }

  readonly skip = (): void => {
    this.skipped = true
  }

  readonly notModified = (): never => {
    if (this.stale !== undefined) {
      this.unchanged = true
      return this.stale as never
    }
    throw new CacheError('E_VALUE', 'notModified: there is no stale value. Look at context.stale first.', {
      path: 'notModified',
    })
  }

  abort(): void {
    this.#aborted = true
    this.#controller?.abort()
  }
}
