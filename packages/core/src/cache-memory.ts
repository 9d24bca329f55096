import type { Clock } from './clock.ts'
import { CacheError } from './errors.ts'
import type { Advice } from './memory/advisor/advice.ts'
import type { Advisor } from './memory/advisor/advisor.ts'
import type { Limits, MemoryTier } from './memory/tier.ts'
import type { Resizer } from './resizer.ts'

/** The memory of a cache and all its namespaces, for those who choose its size. */
export class CacheMemory {
  readonly #tier: MemoryTier
  readonly #advisor: Advisor | undefined
  readonly #resizer: Resizer | undefined
  readonly #clock: Clock

  /** Use `cache.memory`. */
  constructor(tier: MemoryTier, advisor: Advisor | undefined, resizer: Resizer | undefined, clock: Clock) {
    this.#tier = tier
    this.#advisor = advisor
    this.#resizer = resizer
    this.#clock = clock
  }

  /** What it may hold now: `resize` moves one of the two. */
  get limits(): Limits {
    const { maxEntries, maxBytes } = this.#tier.limits
    return { maxEntries, maxBytes }
  }

  /**
   * What memories of other sizes would have answered of the reads of the last hour or so, by the policy in use. Throws `CacheError`
   * `E_OPTION` where `memory: { advise: true }` was not asked for. It takes some microseconds. See docs/sizing.md.
   */
  advise(): Advice {
    if (this.#advisor === undefined) {
      throw new CacheError(
        'E_OPTION',
        'memory.advise is off: nothing was seen to give advice on. Make the cache with memory: { advise: true }.',
        { path: 'memory.advise', value: false },
      )
    }
    return this.#advisor.advise(this.#tier, this.#clock.now())
  }

  /** Ends what `resize` began; the cache calls it when it is closed. */
  stop(): void {
    this.#resizer?.stop()
  }
}
