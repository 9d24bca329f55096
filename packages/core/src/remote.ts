import type { Clock } from './clock.ts'
import { headerBytes } from './codec/envelope.ts'
import type { ValueCodec } from './codec/value-codec.ts'
import type { Partition } from './coherence/partition.ts'
import { slotsOf } from './coherence/slots.ts'
import { CacheError, isDeadline } from './errors.ts'
import type { Events } from './events.ts'
import { AWAY, type Found, type LookUp, Opener } from './found.ts'
import type { Life } from './policy.ts'
import { LatencyRecorder } from './stats.ts'
import type { FillReply, Store, StoredTail, Taker } from './store.ts'

/** The right to load a key, from `s0` on, in Redis's order. */
export interface Lease {
  readonly token: string
  readonly epoch: string
  readonly s0: number
}

export type Claim =
  | { readonly kind: 'lease'; readonly lease: Lease }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'wait'; readonly leaseMs: number }
  | { readonly kind: 'away' }

/** Hears when a key's lease ends. */
export interface Waiter {
  /** Resolves with `true` at the news, with `false` after `ms`. */
  readonly wait: (ms: number) => Promise<boolean>
  readonly forget: () => void
}

/** A value on its way to Redis. */
export interface Outgoing {
  readonly id: string
  readonly value: unknown
  readonly ttl: Life
  readonly graceMs: number
  readonly tags: readonly string[]
}

/** How long a lease lasts; it is renewed while its holder loads, so this is how long others wait for one who died. */
const LEASE_MS = 1500

/** The same trouble is told of no more often. */
const TOLD_EVERY_MS = 100

/**
 * Tier 2 as the engine sees it: the codec around the store. The one place where trouble in Redis or in its bytes becomes a
 * miss and an event.
 */
export class Remote {
  readonly latency: LatencyRecorder = new LatencyRecorder()
  errors = 0
  #reads = 0
  readonly #store: Store
  readonly #codec: ValueCodec
  readonly #clock: Clock
  readonly #events: Events
  readonly #token: () => string
  readonly #opener: Opener
  /** When the same trouble was last told of. */
  readonly #told = new Map<string, number>()
  readonly #waiters = new Map<string, Set<() => void>>()

  constructor(store: Store, codec: ValueCodec, clock: Clock, events: Events, token: () => string) {
    this.#store = store
    this.#codec = codec
    this.#clock = clock
    this.#events = events
    this.#token = token
    this.#opener = new Opener(store, codec, clock, (operation, error, key) =>
      this.failed(operation, error, key),
    )
  }

  /** Looks a key up, and gives what `then` makes of it. Never rejects by itself. */
  read<T>(partition: Partition, id: string, then: (found: Found) => T): Promise<T> {
    // Every eighth is timed: that tells the quantiles as well, and a look at the clock costs as much as a look at memory.
    const from = (this.#reads++ & 7) === 0 ? this.#clock.precise() : 0
    return new Promise((resolve, reject) => {
      const looking = new Looking(this, partition, id, from, then, resolve, reject)
      this.#store.readOne(partition.index, id, looking)
    })
  }

  /** What `read` found. */
  open(lookUp: LookUp, bytes: Buffer | undefined, from: number): Found | Promise<Found> {
    if (from > 0) this.latency.record(this.#clock.precise() - from)
    return this.#opener.open(lookUp, bytes)
  }

  /** Looks keys of one partition up in one command. Never rejects. */
  async readMany(partition: Partition, ids: readonly string[]): Promise<Found[]> {
    const { now: born, known } = partition
    try {
      const values = await this.#store.read(partition.index, ids)
      const opened = ids.map((id, i) => this.#opener.open({ partition, id, born, known }, values[i]))
      const found: Found[] = []
      for (const one of opened) found.push(one instanceof Promise ? await one : one)
      return found
    } catch (error) {
      this.failed('read', error)
      return ids.map(() => AWAY)
    }
  }

  /** Asks for the right to load a key. `found` are the bytes of a value that is not good enough. Never rejects. */
  async claim(partition: Partition, id: string, found: Buffer, force: boolean): Promise<Claim> {
    const token = this.#token()
    const { now: born, known } = partition
    try {
      const reject = headerBytes(found)
      const request = { id, token, leaseMs: LEASE_MS, epochIfNew: this.#token(), reject, force }
      const reply = await this.#store.lease(partition.index, request)
      if (reply.kind === 'value')
        return { kind: 'found', found: await this.#opener.open({ partition, id, born, known }, reply.bytes) }
      if (reply.kind === 'wait') return reply
      if (reply.epoch !== partition.epoch) partition.syncSoon()
      return { kind: 'lease', lease: { token, epoch: reply.epoch, s0: reply.s0 } }
    } catch (error) {
      this.failed('lease', error, id)
      // Granted late it would be nobody's, and everybody would wait for its end.
      if (isDeadline(error)) void this.release(partition, id, token)
      return { kind: 'away' }
    }
  }

  /** Keeps a lease until the function returned is called. */
  keep(partition: Partition, id: string, { token }: Lease): () => void {
    let stopped = false
    let cancel = (): void => {}
    const renew = (): void => {
      cancel = this.#clock.after(LEASE_MS / 3, () => {
        this.#store.renew(partition.index, id, token, LEASE_MS).then(
          held => {
            if (held && !stopped) renew()
          },
          () => {
            if (!stopped) renew()
          },
        )
      })
    }
    renew()
    return () => {
      stopped = true
      cancel()
    }
  }

  /** Gives a lease back. Never rejects. */
  async release(partition: Partition, id: string, token: string): Promise<void> {
    try {
      await this.#store.release(partition.index, id, token)
    } catch (error) {
      this.failed('release', error, id)
    }
  }

  /** Stores a loaded value under its lease. Never rejects: `failed` for a value that cannot be encoded or a Redis that is away. */
  async fill(partition: Partition, lease: Lease, outgoing: Outgoing): Promise<FillReply | 'failed'> {
    const { id, tags } = outgoing
    try {
      const { tail, expireMs } = this.seal(partition, outgoing)
      const slots = slotsOf(id, tags)
      return await this.#store.fill(partition.index, { id, ...lease, expireMs, tail, slots })
    } catch (error) {
      this.failed('fill', error, id)
      void this.release(partition, id, lease.token)
      return 'failed'
    }
  }

  /** A value as bytes. Throws `CacheError` `E_VALUE`. */
  seal(partition: Partition, { id, value, ttl, graceMs, tags }: Outgoing): StoredTail & { bytes: number } {
    const bornMs = Math.max(0, this.#clock.now() + partition.redisOffsetMs)
    const sealed = this.#codec.seal(id, value, {
      bornMs,
      ttlMs: ttl.redisMs,
      graceMs,
      tags,
      state: ttl.state,
    })
    return { ...sealed, expireMs: ttl.redisMs + graceMs }
  }

  /** Redis may have lost what it had beside the logs. */
  doubt(): void {
    this.#opener.doubt()
  }

  /** Hears when the key's lease ends. Make it before asking for the lease, or the news may come in between. */
  waiter(id: string): Waiter {
    const { promise: signal, resolve: end } = Promise.withResolvers<boolean>()
    const wake = (): void => end(true)
    const set = this.#waiters.get(id) ?? new Set()
    this.#waiters.set(id, set.add(wake))
    const forget = (): void => {
      set.delete(wake)
      if (set.size === 0 && this.#waiters.get(id) === set) this.#waiters.delete(id)
    }
    const wait = async (ms: number): Promise<boolean> => {
      const cancel = this.#clock.after(ms, () => end(false))
      const isNews = await signal
      cancel()
      forget()
      return isNews
    }
    return { wait, forget }
  }

  /** Somebody's lease on a key ended. */
  wake(id: string): void {
    for (const wake of this.#waiters.get(id) ?? []) wake()
  }

  /** Counts an error that reached nobody and tells the listeners. */
  failed(operation: string, error: unknown, key?: string): void {
    this.errors++
    if (error instanceof CacheError && error.code === 'E_REDIS') {
      // While the circuit is open every read would say the same again, and where Redis refuses, every miss.
      const now = this.#clock.recent()
      const cause = operation + firstWord(error)
      if (
        this.#store.breakerState() === 'open' ||
        now - (this.#told.get(cause) ?? -TOLD_EVERY_MS) < TOLD_EVERY_MS
      )
        return
      this.#told.set(cause, now)
    }
    this.#events.emit('error', { operation, error, ...(key !== undefined && { key }) })
  }
}

/** A read under way: one object in the place of the functions that would hear of its end. */
class Looking<T> implements LookUp, Taker {
  readonly partition: Partition
  readonly id: string
  readonly born: number
  readonly known: number
  readonly #remote: Remote
  readonly #from: number
  readonly #then: (found: Found) => T
  readonly #resolve: (value: T | Promise<T>) => void
  readonly #reject: (error: unknown) => void

  constructor(
    remote: Remote,
    partition: Partition,
    id: string,
    from: number,
    then: (found: Found) => T,
    resolve: (value: T | Promise<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.partition = partition
    this.id = id
    this.born = partition.now
    this.known = partition.known
    this.#remote = remote
    this.#from = from
    this.#then = then
    this.#resolve = resolve
    this.#reject = reject
  }

  found(bytes: Buffer | undefined): void {
    this.#end(this.#remote.open(this, bytes, this.#from))
  }

  failed(error: unknown): void {
    this.#remote.failed('read', error, this.id)
    this.#end(AWAY)
  }

  #end(found: Found | Promise<Found>): void {
    try {
      this.#resolve(found instanceof Promise ? found.then(this.#then) : this.#then(found))
    } catch (error) {
      this.#reject(error)
    }
  }
}

/** What a refusal of Redis begins with, such as `OOM`: few words, whatever the message says. */
function firstWord({ cause }: CacheError): string {
  return /^[A-Z]+\b/.exec(cause instanceof Error ? cause.message : '')?.[0] ?? ''
}
