import type { Clock } from './clock.ts'
import { undecodable } from './codec/codec.ts'
import { type Envelope, headerBytes } from './codec/envelope.ts'
import type { ValueCodec } from './codec/value-codec.ts'
import type { Partition } from './coherence/partition.ts'
import { Dictionary } from './dictionary.ts'
import { Entry, type Lifetime } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Store } from './store.ts'

/** A value that Redis has. It may be served as it is, or where a stale one is allowed. */
export interface FoundEntry {
  readonly kind: 'fresh' | 'stale'
  readonly entry: Entry
  readonly bytes: Buffer
  /** It answers those who asked, and is not kept. */
  readonly passing: boolean
}

/** What Redis has under a key. */
export type Found =
  | FoundEntry
  /** Nothing that may be served. `bytes` are what is there, if anything is. */
  | { readonly kind: 'none'; readonly bytes: Buffer }
  /** Redis could not be asked. */
  | { readonly kind: 'away'; readonly bytes: Buffer }

const NOTHING = Buffer.alloc(0)
export const NONE: Found = { kind: 'none', bytes: NOTHING }
export const AWAY: Found = { kind: 'away', bytes: NOTHING }

/** A read of a key, with what its partition was at when it began. */
export interface LookUp {
  readonly partition: Partition
  readonly id: string
  readonly born: number
  readonly known: number
}

/** Hears of an error that reaches nobody. */
export type Failed = (operation: string, error: unknown, key?: string) => void

/** Makes what Redis had under a key into what may be served of it. What cannot be read becomes a miss, and is deleted. */
export class Opener {
  readonly #store: Store
  readonly #codec: ValueCodec
  readonly #clock: Clock
  readonly #failed: Failed
  readonly #dictionary: Dictionary

  constructor(store: Store, codec: ValueCodec, clock: Clock, failed: Failed) {
    this.#store = store
    this.#codec = codec
    this.#clock = clock
    this.#failed = failed
    this.#dictionary = new Dictionary(store, codec.laidOut, clock, failed)
  }

  /** At once, but for a value whose layout has to be had from Redis first. Neither throws nor rejects. */
  open(lookUp: LookUp, bytes: Buffer | undefined): Found | Promise<Found> {
    if (bytes === undefined) return NONE
    try {
      const found = this.#found(lookUp, bytes)
      return typeof found === 'string' ? this.#openLater(lookUp, bytes, found) : found
    } catch (error) {
      return this.#refuse(lookUp, bytes, error)
    }
  }

  /** Redis may have lost what it had beside the logs. */
  doubt(): void {
    this.#dictionary.doubt()
  }

  /** The id of a layout in the place of a value that cannot be read without. Throws for bytes that are none. */
  #found({ partition, id, born, known }: LookUp, bytes: Buffer): Found | string {
    const now = this.#clock.recent()
    const envelope = this.#codec.open(id, bytes)
    const life = lifeOf(envelope, now, partition.redisOffsetMs)
    const kind = kindOf(partition, id, envelope, life, born, now)
    if (kind === 'none') return { kind, bytes }
    const body = this.#codec.body(id, envelope)
    if (body.layout !== undefined) return body.layout
    // Memory trusts a position only as far as this instance had heard: a failover may use the numbers beyond it again.
    const s0 = Math.min(envelope.s0, known)
    const passing = s0 < envelope.s0 && kindOf(partition, id, { ...envelope, s0 }, life, born, now) !== kind
    const entry = new Entry(body.value, life, s0, born, envelope.tags, body.bytes, partition)
    if (envelope.state !== undefined) entry.learned = { ttlMs: envelope.ttlMs, state: envelope.state }
    if (kind === 'stale') entry.expire()
    return { kind, entry, bytes, passing }
  }

  async #openLater(lookUp: LookUp, bytes: Buffer, layout: string): Promise<Found> {
    try {
      if (!(await this.#dictionary.fetch(layout)))
        return this.#refuse(lookUp, bytes, undecodable('its layout is lost'))
    } catch (error) {
      this.#failed('read', error, lookUp.id)
      return AWAY
    }
    try {
      const found = this.#found(lookUp, bytes)
      return typeof found === 'string' ? { kind: 'none', bytes } : found
    } catch (error) {
      return this.#refuse(lookUp, bytes, error)
    }
  }

  /** A miss, and nobody else should have to find that out. */
  #refuse({ partition, id }: LookUp, bytes: Buffer, error: unknown): Found {
    this.#failed('decode', error, id)
    if (error instanceof CacheError)
      this.#store
        .discard(partition.index, id, headerBytes(bytes))
        .catch((cause: unknown) => this.#failed('discard', cause, id))
    return { kind: 'none', bytes }
  }
}

function kindOf(
  partition: Partition,
  id: string,
  { s0, tags, epoch, mark }: Envelope,
  life: Lifetime,
  born: number,
  now: number,
): 'fresh' | 'stale' | 'none' {
  const verdict = partition.judge({ id, tags, s0, born, loadedHere: false }, epoch)
  if (verdict === 'dead') return 'none'
  if (verdict === 'live' && mark === 0 && now < life.freshUntil && partition.trusts(now)) return 'fresh'
  return now < life.staleUntil ? 'stale' : 'none'
}

/** When a stored value ends, in this process's time. Its age is never taken for less than none. */
function lifeOf({ bornMs, ttlMs, graceMs }: Envelope, now: number, redisOffsetMs: number): Lifetime {
  const bornAt = Math.floor(now - Math.max(0, now + redisOffsetMs - bornMs))
  const freshUntil = bornAt + ttlMs
  return { bornAt, freshUntil, staleUntil: graceMs === 0 ? 0 : freshUntil + graceMs }
}
