import type { Targets } from '../store.ts'
import { nameCount } from './journal.ts'

const RECORDS = 4000
const NAMES = 50_000

/** The last invalidations an instance has called or heard of, to say them again when Redis lost the end of its log. */
export class Ring {
  readonly #targets: Targets[] = []
  #names = 0

  add(targets: Targets): void {
    this.#targets.push(targets)
    this.#names += nameCount(targets)
    while (this.#targets.length > RECORDS || this.#names > NAMES) {
      const oldest = this.#targets.shift()
      if (oldest === undefined) break
      this.#names -= nameCount(oldest)
    }
  }

  /** All of them, which the ring forgets. */
  take(): Targets[] {
    this.#names = 0
    return this.#targets.splice(0)
  }
}
