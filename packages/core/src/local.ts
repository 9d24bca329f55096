import type { Clock } from './clock.ts'
import type { Stamp } from './coherence/marks.ts'
import type { Partition } from './coherence/partition.ts'
import { partitionOf } from './coherence/slots.ts'
import { Entry, type Freshness, freshness } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Advisor } from './memory/advisor/advisor.ts'
import { DecodedSize, estimateBytes } from './memory/size.ts'
import type { MemoryTier, Place } from './memory/tier.ts'
import { isCopy, Past } from './past.ts'
import type { Life, Policy, PreviousValue } from './policy.ts'

/** Tier 1 as the engine sees it: entries in memory under the judgement of time and coherence. Synchronous throughout. */
export class Local {
  readonly memory: MemoryTier
  readonly partitions: readonly Partition[]
  readonly #advisor: Advisor | undefined
  readonly #past = new Past()
  readonly #clock: Clock
  readonly #maxStalenessMs: number
  readonly #decoded = new DecodedSize()

  constructor(
    memory: MemoryTier,
    partitions: readonly Partition[],
    clock: Clock,
    maxStalenessMs: number,
    advisor?: Advisor,
  ) {
    this.memory = memory
    this.partitions = partitions
    this.#advisor = advisor
    this.#clock = clock
    this.#maxStalenessMs = maxStalenessMs
  }

  /** The entry if memory may answer a reader with it now. Builds nothing. */
  hit(id: string): Entry | undefined {
    return this.#fresh(id, this.memory.get(id))
  }

  /** As `hit`, for an id whose place in memory may be known. */
  hitAt(place: Place): Entry | undefined {
    return this.#fresh(place.id, this.memory.getAt(place))
  }

  #fresh(id: string, entry: Entry | undefined): Entry | undefined {
    if (entry === undefined) return undefined
    const now = this.#clock.recent()
    if (now >= entry.until || (now >= entry.trust.trustedUntil && !entry.local)) return undefined
    if (entry.checked === entry.trust.generation) return entry
    return this.#lookAgain(id, entry, now)
  }

  /** Whether `hit` would find something. Asking is neither a use nor a read. */
  has(id: string): boolean {
    const entry = this.memory.peek(id)
    if (entry === undefined) return false
    const now = this.#clock.recent()
    if (now >= entry.until || (now >= entry.trust.trustedUntil && !entry.local)) return false
    return entry.checked === entry.trust.generation || this.judge(id, entry, now) === 'fresh'
  }

  /** A read that was not answered by `hit` is answered by memory after all. */
  served(id: string, entry: Entry): void {
    this.#advisor?.hit(id, entry, this.#clock.recent())
  }

  /** A read is not answered by memory. `lost`: nor would it be if memory were larger. */
  missed(id: string, lost: boolean, { ttl }: Policy): void {
    if (this.#advisor === undefined) return
    const now = this.#clock.recent()
    this.#advisor.missed(id, lost, typeof ttl === 'function' ? Infinity : now + ttl.memoryMs, now)
  }

  /** Puts an entry into memory. `cost`: see `MemoryTier`. */
  keep(id: string, entry: Entry, cost = 0): void {
    this.#advisor?.keep(id, entry, cost)
    this.memory.set(id, entry, cost)
  }

  /** What an entry in memory is good for; it is dropped if it was deleted elsewhere. */
  judge(id: string, entry: Entry, now: number): Freshness {
    const state = this.#stateOf(id, entry, now)
    if (state !== 'dead') return state
    this.#past.note(id, entry, now)
    this.memory.delete(id)
    return 'expired'
  }

  /** As `judge`, for an entry that may not be the one in memory. */
  judgeAgain(id: string, entry: Entry): Freshness {
    const state = this.#stateOf(id, entry, this.#clock.recent())
    return state === 'dead' ? 'expired' : state
  }

  /** Whether an entry may still be served as stale: it was not deleted meanwhile, and its grace has not ended. */
  isUsable(id: string, entry: Entry): boolean {
    const partition = this.partition(id)
    return (
      this.#clock.now() < entry.staleUntil && partition.judge(stampOf(id, entry), partition.epoch) !== 'dead'
    )
  }

  /** What stands in memory under a key, if it may be served as stale. */
  stale(id: string): Entry | undefined {
    const entry = this.memory.peek(id)
    return entry !== undefined && this.isUsable(id, entry) ? entry : undefined
  }

  /** An entry for a value that was loaded or set here. Kept nowhere yet. */
  make(
    id: string,
    value: unknown,
    ttl: Life,
    policy: Policy,
    stamp: Omit<Stamp, 'id' | 'loadedHere'>,
  ): Entry {
    const bornAt = this.#clock.now()
    const life = {
      bornAt,
      freshUntil: bornAt + ttl.memoryMs,
      staleUntil: policy.graceMs === 0 ? 0 : bornAt + ttl.redisMs + policy.graceMs,
    }
    const bytes = this.memory.weighs ? estimateBytes(value) : 0
    const entry = new Entry(value, life, stamp.s0, stamp.born, stamp.tags, bytes, this.partition(id))
    if (ttl.state !== undefined) entry.learned = { ttlMs: ttl.redisMs, state: ttl.state }
    entry.refreshAfter(policy.refreshAhead)
    return entry
  }

  /** Fits what Redis had to the policy of this reader. Kept nowhere yet. */
  adopt(id: string, entry: Entry, policy: Policy): void {
    const kept = entry.learned && this.memory.peek(id)
    if (kept !== undefined && isCopy(kept, entry)) entry.hits = kept.hits
    if (typeof policy.ttl !== 'function') entry.limit(this.#clock.recent() + policy.ttl.memoryMs)
    entry.refreshAfter(policy.refreshAhead)
    if (this.memory.weighs) entry.bytes = this.#decoded.of(entry.value, entry.bytes)
  }

  /**
   * Lets memory answer with an entry that Redis does not vouch for, until Δ after `since`, when its load began: what was invalidated
   * before that it has, and what is invalidated later may be Δ late.
   */
  vouch(entry: Entry, since: number): void {
    entry.local = true
    entry.limit(this.vouchedUntil(since))
  }

  /** Until when a value whose load began at `since` may be served where the log is not heard of. */
  vouchedUntil(since: number): number {
    return since + this.#maxStalenessMs
  }

  /** A key was invalidated at `seq`: what stands in memory is older, unless it is known not to be. */
  drop(id: string, seq: number, soft: boolean): void {
    this.#advisor?.drop(id)
    const entry = this.memory.peek(id)
    if (entry === undefined || entry.s0 >= seq) return
    this.#past.note(id, entry, this.#clock.recent())
    if (soft) entry.expire()
    else this.memory.delete(id)
  }

  /** Nothing of a partition can be trusted any more. */
  reset(partition: number): void {
    this.#advisor?.dropAll()
    if (this.partitions.length === 1) return this.memory.clear()
    const ids = Array.from(this.memory.entries(), ([id]) => id)
    for (const id of ids) if (this.partition(id).index === partition) this.memory.delete(id)
  }

  /** What is known of the value that a key had before; `found` is what Redis has of it. */
  previous(id: string, found?: Entry): PreviousValue | undefined {
    return this.#past.previous(id, this.memory.peek(id), found, this.#clock.now())
  }

  /** The partition a key belongs to. */
  partition(id: string): Partition {
    const found = this.partitions[partitionOf(id, this.partitions.length)]
    if (found === undefined)
      throw new CacheError('E_OPTION', 'There is no partition.', { path: 'partitions' })
    return found
  }

  /** A hit that one comparison does not decide: something was invalidated since it was judged, or the advisor looks at it. */
  #lookAgain(id: string, entry: Entry, now: number): Entry | undefined {
    if (this.#advisor?.hitKnown(entry, now) === true) return entry
    if (this.judge(id, entry, now) !== 'fresh') return undefined
    this.#advisor?.hit(id, entry, now)
    return entry
  }

  /** The one judge of an entry: of its time, its key and tags, and whether memory may answer at all. */
  #stateOf(id: string, entry: Entry, now: number): Freshness | 'dead' {
    const partition = this.partition(id)
    const verdict = partition.judge(stampOf(id, entry), partition.epoch)
    if (verdict === 'dead') return 'dead'
    if (entry.checked >= 0) entry.checked = partition.generation
    if (verdict === 'stale') {
      this.#past.note(id, entry, now)
      entry.expire()
    }
    const state = freshness(entry, now)
    if (state !== 'fresh' || entry.local || partition.trusts(now)) return state
    return now < entry.staleUntil ? 'stale' : 'expired'
  }
}

/** What is in memory was judged when it was kept, so a call that waits for Redis since before that does not concern it. */
export function stampOf(id: string, { tags, s0, born }: Entry): Stamp {
  return { id, tags, s0, born, loadedHere: true }
}
