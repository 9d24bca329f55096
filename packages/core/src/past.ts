import { LRUCache } from 'lru-cache'
import type { Entry, Learned } from './entry.ts'
import type { PreviousValue } from './policy.ts'

/** How many values that were invalidated are remembered. */
const REMEMBERED = 10_000

type Learner = Pick<Entry, 'learned'>

interface Gone {
  readonly learned: Learned
  readonly bornAt: number
  readonly hits: number
  readonly invalidatedMs: number
}

/**
 * What a ttl policy that learns had learnt of values which were invalidated in memory since: they are gone, or no longer say how long they were to
 * be fresh. It costs nothing where no policy learns.
 */
export class Past {
  #gone: LRUCache<string, Gone> | undefined

  /** An entry in memory is invalidated. Its first invalidation counts. */
  note(id: string, { learned, bornAt, hits }: Entry, now: number): void {
    if (learned === undefined || this.#gone?.peek(id)?.bornAt === bornAt) return
    this.#gone ??= new LRUCache({ max: REMEMBERED })
    this.#gone.set(id, { learned, bornAt, hits, invalidatedMs: Math.max(0, now - bornAt) })
  }

  /**
   * The last value of a key that anything is known of. `kept` is what memory has, fresh or not; `found` what Redis has, of
   * which nobody here counted the reads.
   */
  previous(
    id: string,
    kept: Entry | undefined,
    found: Entry | undefined,
    now: number,
  ): PreviousValue | undefined {
    const entry = newest(kept, found)
    const gone = this.#gone?.peek(id)
    if (gone !== undefined && (entry === undefined || entry.bornAt <= gone.bornAt || isCopy(entry, gone)))
      return {
        ...gone.learned,
        ageMs: Math.max(0, now - gone.bornAt),
        hits: gone.hits,
        invalidatedMs: gone.invalidatedMs,
      }
    if (entry?.learned === undefined) return undefined
    const { learned, bornAt, hits } = entry
    const counted = entry === kept && !(entry === found && hits === 0)
    return {
      ...learned,
      ageMs: Math.max(0, now - bornAt),
      hits: counted ? hits : undefined,
      invalidatedMs: undefined,
    }
  }
}

/** Two copies of one value, of which one has come from Redis, have the same state. */
export function isCopy(one: Learner, other: Learner): boolean {
  const [state, otherState] = [one.learned?.state, other.learned?.state]
  return state !== undefined && otherState !== undefined && Buffer.compare(state, otherState) === 0
}

function newest(kept: Entry | undefined, found: Entry | undefined): Entry | undefined {
  if (kept?.learned === undefined || found?.learned === undefined)
    return kept?.learned === undefined ? found : kept
  return found.bornAt > kept.bornAt && !isCopy(kept, found) ? found : kept
}
