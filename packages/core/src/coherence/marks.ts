import type { Mark, Targets } from '../store.ts'
import { prefixSlot, slotsOf, tagSlot } from './slots.ts'

/** What an invalidation means for a value: nothing, it may be served as stale, it may not be served. */
export type Verdict = 'live' | 'stale' | 'dead'

/** A value as coherence judges it. */
export interface Stamp {
  readonly id: string
  readonly tags: readonly string[]
  /** The log position it is valid from. */
  readonly s0: number
  /** The generation when it was read, or when its load began. */
  readonly born: number
  /** A load that began here after an invalidation was called need not wait for that call to reach Redis. */
  readonly loadedHere: boolean
}

/** The last invalidations of one name: log positions, and calls of this instance that Redis has not confirmed. */
interface Track {
  hard: number
  soft: number
  held: number
  calledHard: number
  calledSoft: number
}

/** Keys of one generation; two of them are kept. */
const KEYS_KEPT = 50_000

/**
 * What is known to be invalidated: by slot for tags and prefixes, by id for keys. Slots are bounded by their number; keys
 * are needed only for as long as an older value could still be on its way: they stand in two generations, of which the older is
 * dropped as a whole after `keepMs`. Where more come than may be kept, that is earlier, and a floor rises under which no value is
 * trusted. (One map in the order of use would have to be read from its front, where a map keeps the places of what was deleted.)
 */
export class Marks {
  readonly #slots = new Map<number, Track>()
  #young = new Map<string, Track>()
  #old = new Map<string, Track>()
  #youngSince = 0
  /** How many keys the young generation began with: those whose calls wait for Redis. */
  #carried = 0
  readonly #keepMs: number
  #floor = 0
  #newest = 0
  #newestCall = 0
  #heldSlots = 0
  #generation = 0
  /** Changes with whatever concerns tags and prefixes. Keys are dropped from memory by name instead. */
  slotChanges = 0

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** Grows with every call that changes what is invalidated. */
  get generation(): number {
    return this.#generation
  }

  /** Begins a new generation. */
  next(): number {
    return ++this.#generation
  }

  /** The invalidation is called but not confirmed: until `release` nothing older may be trusted. */
  hold(targets: Targets, now: number): void {
    const at = this.#next(targets)
    this.#each(targets, now, track => {
      track.held++
      if (targets.soft) track.calledSoft = at
      else track.calledHard = at
    })
    this.#heldSlots += slotCount(targets)
    if (slotCount(targets) > 0) this.#newestCall = at
  }

  /** It is confirmed, or given up. */
  release(targets: Targets, now: number): void {
    this.#each(targets, now, track => {
      track.held = Math.max(0, track.held - 1)
    })
    this.#heldSlots -= slotCount(targets)
  }

  /** The invalidation stands in the log at `seq`. */
  apply(targets: Targets, seq: number, now: number): void {
    this.#next(targets)
    this.#each(targets, now, track => {
      if (targets.soft) track.soft = Math.max(track.soft, seq)
      else track.hard = Math.max(track.hard, seq)
    })
    if (slotCount(targets) > 0) this.#newest = Math.max(this.#newest, seq)
  }

  /** Adds the marks of a snapshot to those known. */
  merge(marks: readonly Mark[]): void {
    this.#generation++
    this.slotChanges++
    for (const mark of marks) {
      const track = this.#slot(mark.slot)
      track.hard = Math.max(track.hard, mark.hard)
      track.soft = Math.max(track.soft, mark.soft)
      this.#newest = Math.max(this.#newest, mark.hard, mark.soft)
    }
  }

  /** Forgets positions, which mean nothing in another log; calls that are not confirmed stay held. */
  restart(): void {
    this.#generation++
    this.slotChanges++
    this.#floor = 0
    this.#newest = 0
    for (const [name, track] of this.#slots) if (!forget(track)) this.#slots.delete(name)
    for (const keys of [this.#young, this.#old])
      for (const [name, track] of keys) if (!forget(track)) keys.delete(name)
  }

  /** What the marks say of a value. */
  judge(stamp: Stamp): Verdict {
    const key = this.#known(stamp.id)
    let verdict = key === undefined ? 'live' : judgeTrack(key, stamp)
    if (verdict === 'dead' || stamp.s0 < this.#floor) return 'dead'
    if (this.#newest <= stamp.s0 && this.#newestCall <= stamp.born && this.#heldSlots === 0) return verdict
    for (const slot of slotsOf(stamp.id, stamp.tags)) {
      const track = this.#slots.get(slot)
      if (track === undefined) continue
      const judged = judgeTrack(track, stamp)
      if (judged === 'dead') return 'dead'
      if (judged === 'stale') verdict = 'stale'
    }
    return verdict
  }

  /** The position of the last invalidation that concerns a key; 0 if none is remembered. */
  lastOf(id: string, tags: readonly string[]): number {
    const tracks = [this.#known(id), ...slotsOf(id, tags).map(slot => this.#slots.get(slot))]
    return Math.max(0, ...tracks.map(track => Math.max(track?.hard ?? 0, track?.soft ?? 0)))
  }

  /** Whether a call of this instance on that key, or something it lies under, waits for Redis. */
  isHeld(id: string, tags: readonly string[]): boolean {
    if ((this.#known(id)?.held ?? 0) > 0) return true
    return this.#heldSlots > 0 && slotsOf(id, tags).some(slot => (this.#slots.get(slot)?.held ?? 0) > 0)
  }

  #next(targets: Targets): number {
    if (slotCount(targets) > 0) this.slotChanges++
    return ++this.#generation
  }

  #each({ keys, tags, prefixes }: Targets, now: number, change: (track: Track) => void): void {
    for (const id of keys) change(this.#key(id, now))
    for (const tag of tags) change(this.#slot(tagSlot(tag)))
    for (const prefix of prefixes) change(this.#slot(prefixSlot(prefix)))
  }

  #slot(slot: number): Track {
    let track = this.#slots.get(slot)
    if (track === undefined) this.#slots.set(slot, (track = newTrack()))
    return track
  }

  #known(id: string): Track | undefined {
    return this.#young.get(id) ?? this.#old.get(id)
  }

  #key(id: string, now: number): Track {
    if (now - this.#youngSince >= this.#keepMs || this.#young.size - this.#carried >= KEYS_KEPT)
      this.#turn(now)
    const young = this.#young.get(id)
    if (young !== undefined) return young
    const track = this.#old.get(id) ?? newTrack()
    this.#old.delete(id)
    this.#young.set(id, track)
    return track
  }

  /** Drops the old generation; the young one is the old one from now on. */
  #turn(now: number): void {
    const early = now - this.#youngSince < this.#keepMs
    const dropped = this.#old
    this.#old = this.#young
    this.#young = new Map()
    this.#youngSince = now
    for (const [id, track] of dropped) {
      if (track.held > 0) this.#young.set(id, track)
      else if (early) this.#floor = Math.max(this.#floor, track.hard, track.soft)
    }
    this.#carried = this.#young.size
  }
}

function slotCount(targets: Targets): number {
  return targets.tags.length + targets.prefixes.length
}

function newTrack(): Track {
  return { hard: 0, soft: 0, held: 0, calledHard: 0, calledSoft: 0 }
}

/**
 * By position in the log; and what was called here also by the order of this instance, which holds whatever a failover did to
 * the numbers, and before Redis has confirmed the call.
 */
function judgeTrack(track: Track, stamp: Stamp): Verdict {
  const waits = track.held > 0 && !stamp.loadedHere
  if (track.hard > stamp.s0 || track.calledHard > stamp.born || (waits && track.calledHard > 0)) return 'dead'
  return track.soft > stamp.s0 || track.calledSoft > stamp.born || waits ? 'stale' : 'live'
}

/** Clears the positions of a track; says whether it is still needed. */
function forget(track: Track): boolean {
  track.hard = 0
  track.soft = 0
  return track.held > 0
}
