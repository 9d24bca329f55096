import type { Clock } from '../clock.ts'
import type { Trust } from '../entry.ts'
import { CacheError, isDeadline } from '../errors.ts'
import type { LogRecord, Store, StoredTail, SyncReply, Targets } from '../store.ts'
import { Confirmed } from './confirmed.ts'
import { JOURNAL_LIMIT, Journal } from './journal.ts'
import { Marks, type Stamp, type Verdict } from './marks.ts'
import { type LogMessage, parseTargets } from './message.ts'
import { Outbox, type Sent } from './outbox.ts'
import { Pulse } from './pulse.ts'
import { Ring } from './ring.ts'

/** The part of a store that a log needs. */
export type LogStore = Pick<Store, 'invalidate' | 'sync' | 'heal' | 'reconnect'>

/** What the engine hears from a partition. */
export interface PartitionListener {
  /** Keys were invalidated at `seq` (`Infinity`: at an unknown position), by this instance (`own`) or another. */
  onKeys(ids: readonly string[], seq: number, soft: boolean, own: boolean): void
  /** Nothing in memory can be trusted any more. */
  onReset(partition: number): void
  /** A record of another instance was applied. */
  onRemote(targets: Targets): void
  onTrust(coherent: boolean, reason: string): void
  onReplayed(count: number): void
  onError(operation: string, error: unknown): void
}

export interface PartitionOptions {
  readonly index: number
  readonly store: LogStore
  readonly clock: Clock
  /** Eight random characters without `|`. */
  readonly random: () => string
  /** Names this instance in the log. */
  readonly origin: string
  readonly listener: PartitionListener
  /** Δ: how long memory answers after the last SYNC was sent. */
  readonly maxStalenessMs: number
  /** H: the time between two SYNCs. `undefined`: there is no other instance, so nothing is ever missed. */
  readonly heartbeatMs: number | undefined
  /** How long keys of past invalidations are remembered. */
  readonly keepMs: number
}

/** How an invalidation ended: it stands in the log, or waits for Redis until `done`. */
export type Outcome =
  | { readonly status: 'committed'; readonly seq: number; readonly epoch: string; readonly stored: boolean }
  | { readonly status: 'deferred'; readonly done: Promise<void>; readonly cause: unknown }

/** The epoch of a cache that has no other instances. */
export const SOLO_EPOCH = 'solo'
/** SYNCs in a row without an answer after which a connection that still looks open is dropped. */
const SILENT_SYNCS = 2

/**
 * One log as one instance follows it: a state machine that hears messages and SYNC replies and decides what may be trusted.
 * It knows Redis only as a `Store`, so the same code runs against the stand-in and in simulation.
 *
 * Position: `epoch`, `seq`, `nonce` of the last record applied. Every record names the one before it, so a message is taken in order
 * or shows a gap, which one SYNC closes. SYNC is also sent every `heartbeatMs`: its answer renews the right of memory to answer
 * until `maxStalenessMs` after it was *sent*, since every invalidation acknowledged before that moment is part of the answer.
 */
export class Partition implements Trust {
  trustedUntil = 0
  generation = 0
  epoch = ''
  seq = 0
  nonce = '-'
  /** Redis time less this process's, in ms. */
  redisOffsetMs = 0
  readonly #options: PartitionOptions
  readonly #marks: Marks
  readonly #journal = new Journal()
  readonly #ring = new Ring()
  readonly #outbox: Outbox
  readonly #pulse: Pulse
  readonly #confirmed = new Confirmed()
  /** The last healing of the log after which this instance has said again what it knew. */
  #healed = ''
  /** The position that the last snapshot was taken at: the log may not show it, and nothing is unknown up to it. */
  #hole = -1
  #doubts = 0
  /** How many sets were sent. */
  #sets = 0
  #resetAt = 0
  /** SYNCs in a row that failed, and of those the ones that nobody answered. */
  #failed = 0
  #silent = 0
  #coherent = false
  #stopped = false

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#marks = new Marks(options.keepMs)
    this.#outbox = new Outbox(options)
    this.#pulse = new Pulse(options.clock, options.heartbeatMs, () => this.#sync())
    if (options.heartbeatMs === undefined) {
      this.epoch = SOLO_EPOCH
      this.trustedUntil = Number.POSITIVE_INFINITY
    }
  }

  get index(): number {
    return this.#options.index
  }

  /** Invalidations that wait for Redis. */
  get deferred(): number {
    return this.#journal.size
  }

  /** The order of what this instance has heard and called, to stamp a read or a load with. */
  get now(): number {
    return this.#marks.generation
  }

  /** A position that whatever is loaded from now on is valid from: all up to it happened before. */
  get known(): number {
    return Math.max(this.seq, this.#confirmed.last)
  }

  /** What is known of a value read from Redis or loaded here. */
  judge(stamp: Stamp, epoch: string): Verdict {
    if (epoch !== this.epoch || stamp.born < this.#resetAt) return 'dead'
    return this.#marks.judge(stamp)
  }

  /** The position of the last invalidation that concerns a key, if one is remembered. */
  invalidatedAt(id: string, tags: readonly string[]): number | undefined {
    return this.#marks.lastOf(id, tags) || undefined
  }

  /** Whether an invalidation called here, of this key or something it lies under, waits for Redis. */
  isHeld(id: string, tags: readonly string[]): boolean {
    return this.#marks.isHeld(id, tags)
  }

  /**
   * Invalidates here at once, then in Redis. Never gated by a breaker. When Redis does not take it, it is `deferred`: kept, obeyed
   * on this instance, and replayed before memory is trusted again. With `strict` it rejects instead.
   */
  async invalidate(targets: Targets, writes?: readonly StoredTail[], strict = false): Promise<Outcome> {
    this.#hold(targets)
    const before = this.seq
    const number = writes === undefined ? 0 : ++this.#sets
    try {
      const sent = await (writes === undefined
        ? this.#outbox.soon(targets)
        : this.#outbox.now(targets, { writes, number }))
      this.#confirm(targets, sent, before)
      return { status: 'committed', seq: sent.seq, epoch: sent.epoch, stored: sent.stored }
    } catch (cause) {
      // It may still arrive, later than anything else that is sent from now on.
      this.#journal.voidUpTo(number)
      if (strict || this.#stopped) {
        this.#marks.release(targets, this.#options.clock.now())
        throw new CacheError('E_REDIS', 'The invalidation did not reach Redis.', { cause })
      }
      return this.#defer(targets, cause)
    }
  }

  /** Invalidates here at once, and in Redis when it is back: for what belongs to a call of which Redis did not take a part. */
  defer(targets: Targets, cause: unknown): Outcome {
    this.#hold(targets)
    return this.#defer(targets, cause)
  }

  /** Whether memory and Redis may answer at `now`. */
  trusts(now: number): boolean {
    return now < this.trustedUntil
  }

  /**
   * A SYNC to wait for where one is likely to help: before the first has ended, or when trust lapsed although the last one was
   * answered (this process was paused). `undefined` while all is well, and while Redis is away.
   */
  ensureTrust(now: number): Promise<void> | undefined {
    return now >= this.trustedUntil && this.#failed === 0 && !this.#stopped ? this.sync() : undefined
  }

  /** Hears a record from the bus. Whatever its origin claims, it can only take trust away. */
  receive(message: LogMessage): void {
    if (this.#stopped) return
    if (message.epoch !== this.epoch) return this.syncSoon()
    if (message.seq <= this.seq) return
    const inOrder = message.seq === this.seq + 1 && message.previous === this.nonce
    if (this.#confirmed.contradicts(message)) return this.doubt()
    if (inOrder && message.payload !== '') {
      this.#applyRecord(message)
      return this.#moveTo(message.seq, message.nonce)
    }
    // A gap, or a record too long for the bus. SYNC brings the truth; until then the keys it names are not worth keeping.
    const targets = parseTargets(message.payload)
    if (targets !== undefined)
      this.#options.listener.onKeys(targets.keys, Number.POSITIVE_INFINITY, targets.soft, false)
    this.syncSoon()
  }

  /** What Redis said does not fit what is known: nothing is trusted until a SYNC that is sent from now on. */
  doubt(): void {
    this.#doubts++
    this.trustedUntil = 0
    this.syncSoon()
  }

  /** Begins to follow the log. Resolves when the first SYNC ended, well or not. */
  async start(): Promise<void> {
    if (this.#options.heartbeatMs !== undefined) await this.sync()
  }

  /** Stops; what still waits is given up. */
  stop(): void {
    this.#stopped = true
    this.#pulse.stop()
    this.trustedUntil = 0
    this.#abandon()
  }

  #abandon(): void {
    this.#journal.abandon(
      new CacheError('E_CLOSED', 'The cache was closed before Redis took the deferred invalidations.', {
        path: 'close',
      }),
    )
  }

  /** Asks for a SYNC: one at a time, and no more than ten a second whatever the bus says. */
  syncSoon(): void {
    this.#pulse.soon()
  }

  /** One SYNC, with all that must come before it, or the one under way. Never rejects. */
  sync(): Promise<void> {
    return this.#pulse.now()
  }

  async #sync(): Promise<void> {
    const { clock, store, index, random, maxStalenessMs } = this.#options
    try {
      await this.#drain()
      const sentAt = clock.now()
      const confirmed = this.#confirmed.last
      const doubts = this.#doubts
      const reply = await store.sync(index, {
        epoch: this.epoch,
        seq: this.seq,
        nonce: this.nonce,
        epochIfNew: random(),
      })
      if (this.#stopped) return
      this.redisOffsetMs = reply.redisMs - (sentAt + clock.now()) / 2
      await this.#follow(reply, confirmed)
      this.#failed = 0
      this.#silent = 0
      // What was deferred while this SYNC was under way must be in Redis before the next one can renew anything.
      if (this.#journal.size > 0 || this.#doubts > doubts) return
      this.trustedUntil = sentAt + maxStalenessMs
      this.#setCoherent(true, '')
    } catch (error) {
      if (this.#stopped) return
      this.#options.listener.onError('sync', error)
      if (clock.now() >= this.trustedUntil) this.#setCoherent(false, 'the log was not heard of for too long')
      this.#failed++
      // A refusal is an answer: a new connection would be refused as well.
      if (isDeadline(error) && ++this.#silent % SILENT_SYNCS === 0) store.reconnect()
    }
  }

  async #follow(reply: SyncReply, confirmed: number): Promise<void> {
    const { listener, store, index, random } = this.#options
    // A log that ends before what it once confirmed has lost its end, although what this instance had heard of is still there.
    const isBehind =
      reply.kind === 'diverged' ||
      (reply.kind !== 'epoch' && this.#confirmed.isMissing(confirmed, reply.seq)) ||
      reply.records.some(record => this.#confirmed.contradicts(record))
    // What stands where own records were confirmed cannot be seen any more: they may be lost, and their numbers used again.
    const isUnseen = reply.kind === 'trimmed' && this.#confirmed.isUnheard && this.seq !== this.#hole
    // Somebody else has found that out, who may have had nothing to say of what was lost.
    const wasHealed = reply.healed !== this.#healed
    if (reply.kind === 'records' && !isBehind && !wasHealed) {
      for (const record of reply.records) if (record.seq > this.seq) this.#applyRecord(record)
      if (reply.seq >= this.seq) this.#moveTo(reply.seq, reply.nonce)
      return
    }
    const before = this.seq
    this.trustedUntil = 0
    let { healed } = reply
    if (isBehind) {
      // Redis lost the end of its log: its numbers must not be used twice.
      healed = await store.heal(index, reply.epoch, Math.max(before, confirmed, reply.seq) + 1, random())
      this.#confirmed.forgetRecords()
    }
    if (reply.kind === 'epoch') {
      this.#marks.restart()
      this.#confirmed.restart()
    }
    this.epoch = reply.epoch
    this.#moveTo(reply.seq, reply.nonce)
    this.#marks.merge(reply.marks)
    this.#resetAt = this.#marks.next()
    listener.onReset(index)
    if (reply.kind === 'epoch' || isBehind || wasHealed || isUnseen) this.#sayAgain()
    this.#healed = healed
    this.#hole = isBehind || reply.kind === 'trimmed' ? reply.seq : -1
    this.#touch()
    await this.#drain()
  }

  /** What this instance knows of the records that Redis may have lost waits for it once more. */
  #sayAgain(): void {
    const now = this.#options.clock.now()
    for (const targets of this.#ring.take()) {
      this.#marks.hold(targets, now)
      this.#marks.release(this.#journal.add(targets), now)
    }
  }

  /** Sends all that waits. Rejects, and what is left waits on, when Redis does not take it. */
  async #drain(): Promise<void> {
    if (this.#journal.isEmpty) return
    const { clock, listener } = this.#options
    const count = this.#journal.size
    const taken = this.#journal.take()
    try {
      for (let batch = taken.batches[0]; batch !== undefined; batch = taken.batches[0]) {
        const before = this.seq
        const sent = await this.#outbox.now(batch, { voidUpTo: taken.voidUpTo })
        taken.batches.shift()
        this.#confirm(batch, sent, before)
      }
      if (count > 0) listener.onReplayed(count)
    } finally {
      for (const known of this.#journal.settle(taken)) this.#marks.release(known, clock.now())
      if (this.#stopped) this.#abandon()
    }
  }

  /** An invalidation called here, when `before` was the last position heard of, stands in the log. */
  #confirm(targets: Targets, { epoch, seq, nonce }: Sent, before: number): void {
    const { clock, listener } = this.#options
    if (epoch === this.epoch) {
      if (seq > this.seq) this.#confirmed.note(seq, nonce)
      this.#marks.apply(targets, seq, clock.now())
      // Nobody else writes to a log without Redis. Elsewhere, a number that was used before says that the log went back.
      if (this.#options.heartbeatMs === undefined) this.#moveTo(seq, this.nonce)
      else if (seq <= before) this.doubt()
      this.#confirmed.reach(seq)
      this.#ring.add(targets)
      listener.onKeys(targets.keys, seq, targets.soft, true)
    } else {
      // In a log that is not followed yet: it is said again when it is.
      this.#marks.hold(targets, clock.now())
      this.#marks.release(this.#journal.add(targets), clock.now())
      this.doubt()
    }
    this.#marks.release(targets, clock.now())
    this.#touch()
  }

  #hold(targets: Targets): void {
    const { clock, listener } = this.#options
    this.#marks.hold(targets, clock.now())
    this.#touch()
    listener.onKeys(targets.keys, Number.POSITIVE_INFINITY, targets.soft, true)
  }

  #defer(targets: Targets, cause: unknown): Outcome {
    const now = this.#options.clock.now()
    this.#marks.release(this.#journal.add(targets), now)
    if (this.#journal.size > JOURNAL_LIMIT) this.#deferEverything(now)
    return { status: 'deferred', done: this.#journal.done, cause }
  }

  #deferEverything(now: number): void {
    // More than may be kept by name: one invalidation of everything stands for them all.
    const everything: Targets = { keys: [], tags: [], prefixes: [''], soft: false }
    this.#marks.hold(everything, now)
    const waiting = this.#journal.replaceBy(everything)
    for (const batch of waiting) this.#marks.release(batch, now)
    this.#touch()
  }

  #applyRecord(record: LogRecord): void {
    const { clock, listener, origin } = this.#options
    const targets = parseTargets(record.payload)
    if (targets === undefined) {
      // Whatever it said, nothing older than it can be trusted.
      listener.onError('log', new CacheError('E_CODEC', 'A record of the log cannot be read.'))
      this.#marks.apply({ keys: [], tags: [], prefixes: [''], soft: false }, record.seq, clock.now())
      return this.#touch()
    }
    const own = record.origin === origin
    if (!own) this.#ring.add(targets)
    this.#marks.apply(targets, record.seq, clock.now())
    this.#touch()
    listener.onKeys(targets.keys, record.seq, targets.soft, own)
    if (!own) listener.onRemote(targets)
  }

  #moveTo(seq: number, nonce: string): void {
    this.#confirmed.heard(seq)
    this.#confirmed.reach(seq)
    this.seq = seq
    this.nonce = nonce
  }

  #touch(): void {
    this.generation = this.#marks.slotChanges
  }

  #setCoherent(coherent: boolean, reason: string): void {
    if (coherent === this.#coherent) return
    this.#coherent = coherent
    this.#options.listener.onTrust(coherent, reason)
  }
}
