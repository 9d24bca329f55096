import type { Entry } from '../../entry.ts'
import type { Eviction } from '../create-tier.ts'
import { type Limits, type MemoryTier, weightOf } from '../tier.ts'
import { type Advice, type AdvisedSize, errorBoundOf, kneeOf, reasonAgainst } from './advice.ts'
import type { Model } from './model.ts'
import { Recency } from './recency.ts'
import { Sample, UNKNOWN } from './sample.ts'

/** Of the slots, so many stand for the largest size: what a policy keeps longer than it was used lately must have one, too. */
const SLACK = 1.5
/** What was read half an hour ago counts half. */
const HALF_LIFE_MS = 30 * 60_000
/** Of so many reads all may be looked at, and of as many again of those that follow; then only those of a share of the keys. */
const FREE_READS = 8192
/** Keys that are looked at in any case. */
const FEWEST_KEYS = 256
const READS_PER_LOOK = 1024

/** What an advisor has to know of an entry, and where it leaves its mark. */
export type Watched = Pick<Entry, 'bytes' | 'checked' | 'freshUntil'> & {
  readonly trust: { readonly generation: number }
}

export interface AdvisorOptions {
  readonly policy: Eviction
  readonly model: Model
  /** Keys looked at, at most: a power of two from 256 up. */
  readonly slots: number
  /** What the sizes of the curve are. */
  readonly unit: 'entries' | 'bytes'
  /** Of all keys a share that is looked at, once there are many reads: the more a read costs, the less. */
  readonly share: number
  /** The largest size of the curve, in entries. */
  readonly mostEntries: number
  readonly hash: (id: string) => number
  /** Reads until now, whatever became of them. */
  readonly reads: () => number
  readonly now: number
}

/**
 * Sees what is read of a sample of keys, and tells what memories of other sizes would have answered. All reads of other keys go past
 * it, but for one look each time an entry is made.
 */
export class Advisor {
  readonly #policy: Eviction
  readonly #model: Model
  readonly #unit: 'entries' | 'bytes'
  readonly #share: number
  readonly #hash: (id: string) => number
  readonly #readsNow: () => number
  readonly #sample: Sample
  /** The rate at which the slots are enough for all that the largest size holds. */
  readonly #rateForAll: number
  readonly #recency: Recency
  /** The generation for which the entry with a slot's ticket was found valid. */
  readonly #generations: Float64Array
  /** Until when the value of a slot would be fresh in a memory that has it; 0: it was deleted. */
  readonly #until: Float64Array
  /** Reads of the sample, and what they stand for. */
  #standsFor = 0
  /** Reads and time before the last halving, as far as they count. */
  #oldReads = 0
  #oldMs = 0
  #readsThen: number
  #then: number
  #halveAt: number
  #untilLook = READS_PER_LOOK

  constructor({ policy, model, slots, unit, share, mostEntries, hash, reads, now }: AdvisorOptions) {
    this.#policy = policy
    this.#model = model
    this.#unit = unit
    this.#share = share
    this.#hash = hash
    this.#readsNow = reads
    this.#sample = new Sample(slots)
    this.#recency = new Recency(slots)
    this.#generations = new Float64Array(slots)
    this.#until = new Float64Array(slots)
    this.#rateForAll = slots / (SLACK * mostEntries)
    this.#readsThen = 0
    this.#then = now
    this.#halveAt = now + HALF_LIFE_MS
  }

  /** An entry is kept: its hits are to be looked at, and what it weighs counts for policies that ask. */
  keep(id: string, entry: Watched, cost: number): void {
    entry.checked = UNKNOWN
    if (this.#policy !== 'size-aware') return
    const slot = this.#knownSlot(id)
    if (slot !== undefined) this.#model.weigh(slot, this.#sample.hashOf(slot), weightOf(entry, id), cost)
  }

  /** As `hit`, for an entry known to be valid in the present generation, as `checked` says it of others; else `false`, and nothing is done. */
  hitKnown(entry: Watched, now: number): boolean {
    const slot = this.#sample.holder(entry.checked)
    if (slot < 0 || this.#generations[slot] !== entry.trust.generation) return false
    this.#read(slot, false, now)
    return true
  }

  /** Memory answered with an entry, which was judged. */
  hit(id: string, entry: Watched, now: number): void {
    let slot = this.#sample.holder(entry.checked)
    if (slot < 0) {
      slot = this.#slotOf(this.#hash(id))
      entry.checked = slot < 0 ? entry.trust.generation : this.#sample.ticket(slot)
      if (slot < 0) return
    }
    this.#generations[slot] = entry.trust.generation
    this.#until[slot] = entry.freshUntil
    this.#read(slot, false, now)
  }

  /** Memory had no answer. `lost`: it would have none of any size. `until`: how long what is loaded now may be fresh. */
  missed(id: string, lost: boolean, until: number, now: number): void {
    const slot = this.#slotOf(this.#hash(id))
    if (slot < 0) return
    this.#read(slot, lost || now >= (this.#until[slot] ?? 0), now)
    this.#until[slot] = until
  }

  /** A value was deleted or expired. */
  drop(id: string): void {
    const slot = this.#knownSlot(id)
    if (slot !== undefined) this.#until[slot] = 0
  }

  /** All values were. */
  dropAll(): void {
    this.#until.fill(0)
  }

  /** What is known now of a memory that is like `tier`. */
  advise(tier: Pick<MemoryTier, 'bytes' | 'count' | 'limits'>, now: number): Advice {
    const reads = this.#oldReads + this.#readsNow() - this.#readsThen
    const { rate, count } = this.#sample
    const facts = { policy: this.#policy, unit: this.#unit, sampledKeys: count, sampledShare: rate, reads }
    const meanWeight = tier.count === 0 ? 0 : tier.bytes / tier.count
    const reason = reasonAgainst(reads, count, rate, this.#unit === 'bytes' && meanWeight === 0)
    if (reason !== undefined)
      return { ...facts, curve: [], knee: undefined, current: undefined, errorBound: undefined, reason }
    const perSecond = (reads * 1000) / Math.max(1, this.#oldMs + now - this.#then)
    const point = (size: number, least: number): AdvisedSize => {
      const hitRatio = Math.max(least, this.#hitRatio(this.#modelled(size, meanWeight), reads))
      return {
        ...this.#sizeOf(size, meanWeight),
        hitRatio,
        loadsPerSecond: perSecond * (1 - hitRatio),
      }
    }
    const curve: AdvisedSize[] = []
    for (const size of this.#model.sizes) curve.push(point(size, curve.at(-1)?.hitRatio ?? 0))
    return {
      ...facts,
      curve,
      knee: kneeOf(curve, this.#unit),
      current: point(reached(tier.limits, this.#unit, meanWeight), 0),
      errorBound: errorBoundOf(this.#policy, count, rate),
      reason: undefined,
    }
  }

  /**
   * What the sample was read more or less than its share is mostly of the few keys that are read most. Every size has those, so it is
   * added to the hits of all (SHARDS_adj).
   */
  #hitRatio(size: number, reads: number): number {
    return Math.max(0, Math.min(1, (this.#model.hits(size) + reads - this.#standsFor) / reads))
  }

  /** A size of the curve as the model takes it: only the one that weighs knows bytes. */
  #modelled(size: number, meanWeight: number): number {
    return this.#unit === 'bytes' && this.#policy !== 'size-aware' ? size / meanWeight : size
  }

  #sizeOf(size: number, meanWeight: number): Pick<AdvisedSize, 'entries' | 'bytes'> {
    const entries = Math.round(this.#model.entries(this.#modelled(size, meanWeight)))
    return { entries, bytes: Math.round(this.#unit === 'bytes' ? size : size * meanWeight) }
  }

  /** The slot of a key if it is in the sample, or comes in now; else -1. */
  #slotOf(hash: number): number {
    if (!this.#sample.wants(hash)) return -1
    const known = this.#sample.slotOf(hash)
    if (known !== undefined) return known
    const slot = this.#sample.join(hash)
    if (slot >= 0) return slot
    this.#makeRoom()
    return this.#sample.wants(hash) ? this.#sample.join(hash) : -1
  }

  #knownSlot(id: string): number | undefined {
    const hash = this.#hash(id)
    return this.#sample.wants(hash) ? this.#sample.slotOf(hash) : undefined
  }

  #makeRoom(): void {
    // What was read least lately is beyond the largest size.
    if (this.#sample.rate <= this.#rateForAll) this.#leave(this.#recency.oldest())
    else this.#lower()
  }

  #lower(): void {
    for (const slot of this.#sample.lower()) this.#leave(slot)
    this.#model.scale(this.#sample.rate)
  }

  /** Looks at fewer keys where few keys are read very often, so that it costs little there, too. */
  #save(): void {
    this.#untilLook = READS_PER_LOOK
    const most = this.#share + (FREE_READS / this.#readsNow()) ** 2
    while (this.#sample.rate > most && this.#sample.count > FEWEST_KEYS) this.#lower()
  }

  #leave(slot: number): void {
    this.#model.leave(slot)
    this.#recency.remove(slot)
    this.#sample.leave(slot)
    this.#until[slot] = 0
  }

  #read(slot: number, lost: boolean, now: number): void {
    if (now >= this.#halveAt) this.#halve(now)
    if (--this.#untilLook < 0) this.#save()
    const standsFor = 1 / this.#sample.rate
    this.#standsFor += standsFor
    this.#model.read(slot, this.#sample.hashOf(slot), this.#recency.touch(slot), lost, standsFor)
  }

  #halve(now: number): void {
    const reads = this.#readsNow()
    this.#oldReads = (this.#oldReads + reads - this.#readsThen) / 2
    this.#oldMs = (this.#oldMs + now - this.#then) / 2
    this.#readsThen = reads
    this.#then = now
    this.#halveAt = now + HALF_LIFE_MS
    this.#standsFor /= 2
    this.#model.age()
  }
}

/** The size that limits allow, the one that is reached first. */
function reached(
  { maxEntries, maxBytes = Infinity }: Limits,
  unit: 'entries' | 'bytes',
  meanWeight: number,
): number {
  if (unit === 'bytes') return Math.min(maxBytes, maxEntries * meanWeight)
  return meanWeight === 0 ? maxEntries : Math.min(maxEntries, maxBytes / meanWeight)
}
