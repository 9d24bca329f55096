/**
 * What tier 2 does, as the engine sees it: it moves bytes and runs the protocol's scripts atomically. Two drivers exist:
 * Redis (`redis/store.ts`) and the stand-in of `@tiercache/core/testing`. Every method may reject, for any reason, at any
 * time; a rejection means "unknown whether it happened". Deadlines are the driver's.
 *
 * A store has `partitions` independent logs; all that one call names lies in one of them.
 */
export interface Store {
  readonly partitions: number
  /** Asks for the stored bytes of an id. It may travel with other reads. */
  readOne(partition: number, id: string, taker: Taker): void
  /** The stored bytes of each id, in one command. */
  read(partition: number, ids: readonly string[]): Promise<(Buffer | undefined)[]>
  /** Asks for the right to load a key. It may travel with others of its tick, as `fill` and `release` may. */
  lease(partition: number, request: LeaseRequest): Promise<LeaseReply>
  /** Keeps a lease for another `leaseMs`; `false` if it is no longer held. */
  renew(partition: number, id: string, token: string, leaseMs: number): Promise<boolean>
  /** Gives a lease back without a value. */
  release(partition: number, id: string, token: string): Promise<void>
  /** Stores a loaded value if its lease is still held and nothing it depends on was invalidated since. */
  fill(partition: number, request: FillRequest): Promise<FillReply>
  /** Invalidates, appends to the log and tells everybody, in one atomic step. */
  invalidate(partition: number, request: InvalidateRequest): Promise<InvalidateReply>
  /** What happened since a position of the log. */
  sync(partition: number, request: SyncRequest): Promise<SyncReply>
  /** Raises the log's sequence number to at least `seq` after it went backwards; gives the `nonce` that this was last done with, `''` if never. */
  heal(partition: number, epoch: string, seq: number, nonce: string): Promise<string>
  /** Deletes a value if its first bytes are still these. */
  discard(partition: number, id: string, head: Buffer): Promise<void>
  /** What is kept under the name of a layout, `undefined` if nothing is. Layouts are no part of a log, nor of a partition. */
  readLayout(name: string): Promise<Buffer | undefined>
  /** Keeps the bytes of a layout for so long from now on, whatever was kept under its name. */
  keepLayout(name: string, bytes: Buffer, keepMs: number): Promise<void>
  /** Ids that match a glob (`*` and `?`), found by scanning, in batches. */
  scan(glob: string): AsyncIterable<{ readonly partition: number; readonly ids: readonly string[] }>
  /** One round trip, in ms. */
  ping(): Promise<number>
  /** Drops the connection and makes a new one: it answers nothing although it is open. */
  reconnect(): void
  /** Which circuit state protects reads and fills. */
  breakerState(): 'closed' | 'open' | 'half-open'
  close(): Promise<void>
}

/**
 * Who waits for the bytes of an id: in the place of a promise, which costs a tenth of a hit in Redis. One of the two is called, once,
 * after `readOne` has returned. Neither throws.
 */
export interface Taker {
  /** `undefined` if there are none. */
  found(bytes: Buffer | undefined): void
  failed(error: unknown): void
}

/** What a store tells its user. */
export interface StoreListener {
  /** A message of a partition's channel, as published. */
  onMessage(partition: number, message: string): void
  /** Commands can be sent (again), or cannot. */
  onConnection(up: boolean): void
  /** Messages may have been missed: the subscription was made (again). */
  onSubscribed(): void
  onBreaker(state: 'closed' | 'open' | 'half-open'): void
  /** An error nobody waits for, such as a refused connection. */
  onError(error: unknown): void
}

export interface LeaseRequest {
  readonly id: string
  readonly token: string
  readonly leaseMs: number
  readonly epochIfNew: string
  /** The first `FIXED_BYTES` of a value that is not good enough, or empty. */
  readonly reject: Buffer
  /** Take the lease even if somebody else holds it. */
  readonly force: boolean
}

export type LeaseReply =
  | { readonly kind: 'value'; readonly bytes: Buffer }
  /** Somebody else loads; their lease ends in `leaseMs` at the latest. */
  | { readonly kind: 'wait'; readonly leaseMs: number }
  | { readonly kind: 'lease'; readonly epoch: string; readonly s0: number }

export interface FillRequest {
  readonly id: string
  readonly token: string
  readonly epoch: string
  readonly s0: number
  readonly expireMs: number
  readonly tail: Buffer
  readonly slots: readonly number[]
}

/** `refused`: the lease is gone or something it depends on was invalidated. `full`: Redis has no memory for it. */
export type FillReply = 'stored' | 'refused' | 'full'

/** What an invalidation concerns. `soft` expires, otherwise it deletes. The prefix `''` is everything. */
export interface Targets {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly prefixes: readonly string[]
  readonly soft: boolean
}

/** A value as the engine gives it: everything behind the head, which the script writes. */
export interface StoredTail {
  readonly tail: Buffer
  readonly expireMs: number
}

export interface InvalidateRequest {
  readonly keys: readonly string[]
  /** For each key a value to store in the same step. */
  readonly values: readonly StoredTail[] | undefined
  /** Which of the instance's sets this is, from 1; 0 without values. */
  readonly number: number
  /** The instance's sets up to this number are void from now on, whenever they arrive: they store nothing. 0: none. */
  readonly voidUpTo: number
  readonly slots: readonly number[]
  readonly soft: boolean
  readonly epochIfNew: string
  readonly nonce: string
  readonly origin: string
  readonly payload: string
}

export interface InvalidateReply {
  readonly epoch: string
  readonly seq: number
  /** Whether the values were stored; Redis may have no memory for them. */
  readonly stored: boolean
}

export interface SyncRequest {
  readonly epoch: string
  readonly seq: number
  readonly nonce: string
  readonly epochIfNew: string
}

export interface LogRecord {
  readonly seq: number
  readonly nonce: string
  readonly origin: string
  readonly payload: string
}

export interface Mark {
  /** `slot` of the last hard and soft invalidation, 0 for none. */
  readonly slot: number
  readonly hard: number
  readonly soft: number
}

export interface SyncReply {
  /**
   * `records`: `records` follow the position without a gap. `epoch`: this is another log. `diverged`: the log is behind
   * the position or had other records before it. `trimmed`: what follows the position is no longer in the log. All but the first carry `marks`.
   */
  readonly kind: 'records' | 'epoch' | 'diverged' | 'trimmed'
  readonly redisMs: number
  readonly epoch: string
  readonly seq: number
  readonly nonce: string
  /** What HEAL was last called with, `''` if never: where it is another than before, the log has lost its end since. */
  readonly healed: string
  readonly records: readonly LogRecord[]
  readonly marks: readonly Mark[]
}
