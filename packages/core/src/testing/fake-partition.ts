import type { Clock } from '../clock.ts'
import { joinEnvelope } from '../codec/envelope.ts'
import { formatRecord, formatWake } from '../coherence/message.ts'
import type {
  FillReply,
  FillRequest,
  InvalidateReply,
  InvalidateRequest,
  LeaseReply,
  LeaseRequest,
  LogRecord,
  Mark,
  StoredTail,
  SyncReply,
  SyncRequest,
} from '../store.ts'
import { FakeHistory } from './fake-history.ts'
import { FakeLayouts, outOfMemory } from './fake-layouts.ts'

/** What the partitions of one stand-in share. */
export interface FakeServer {
  readonly clock: Clock
  /** Records a log keeps. */
  readonly logLength: number
  /** Whether Redis has no memory for anything new. */
  readonly full: boolean
}

interface Meta {
  /** The name of the last healing. */
  readonly healed: string
  readonly epoch: string
  readonly seq: number
  readonly nonce: string
}

interface Value {
  readonly bytes: Buffer
  readonly until: number
}

interface Lease {
  readonly token: string
  /** Somebody wants to be told when it ends. */
  readonly waiting: boolean
  readonly until: number
}

const LONGEST_ON_THE_BUS = 8192
const MOST_RECORDS_AT_ONCE = 2000
const SOFT_MARK = 1

/**
 * The data of one partition and the protocol's atomic steps over it, each with the outcomes of its script in
 * `redis/scripts.ts`; `storeConformance` holds both to the same.
 */
export class FakePartition {
  readonly layouts: FakeLayouts
  readonly #server: FakeServer
  readonly #publish: (message: string) => void
  readonly #history = new FakeHistory()
  #meta: Meta | undefined
  readonly #marks = new Map<number, Mark>()
  readonly #fences = new Map<string, number>()
  readonly #log = new Map<number, LogRecord>()
  readonly #values = new Map<string, Value>()
  readonly #leases = new Map<string, Lease>()

  constructor(server: FakeServer, publish: (message: string) => void) {
    this.#server = server
    this.#publish = publish
    this.layouts = new FakeLayouts(server, this.#history)
  }

  read(id: string): Buffer | undefined {
    const bytes = this.#value(id)?.bytes
    return bytes && Buffer.from(bytes)
  }

  lease({ id, token, leaseMs, epochIfNew, reject, force }: LeaseRequest): LeaseReply {
    if (!force) {
      const bytes = this.read(id)
      const first = bytes?.subarray(0, Math.max(reject.length, 1))
      if (bytes !== undefined && first !== undefined && first.length > 0 && !first.equals(reject))
        return { kind: 'value', bytes }
      const held = this.#lease(id)
      if (held !== undefined) {
        if (!this.#server.full) this.#history.put(this.#leases, id, { ...held, waiting: true })
        return { kind: 'wait', leaseMs: Math.max(1, held.until - this.#now) }
      }
    }
    if (this.#server.full) throw outOfMemory()
    this.#history.put(this.#leases, id, { token, waiting: false, until: this.#now + leaseMs })
    const { epoch, seq } = this.#opened(epochIfNew)
    return { kind: 'lease', epoch, s0: seq }
  }

  renew(id: string, token: string, leaseMs: number): boolean {
    const held = this.#lease(id)
    if (held?.token !== token) return false
    this.#history.put(this.#leases, id, { ...held, until: this.#now + leaseMs })
    return true
  }

  release(id: string, token: string): void {
    const held = this.#lease(id)
    if (held?.token === token) this.#finish(id, held)
  }

  fill({ id, token, epoch, s0, expireMs, tail, slots }: FillRequest): FillReply {
    const held = this.#lease(id)
    if (held?.token !== token) return 'refused'
    const valid = this.#meta?.epoch === epoch && slots.every(slot => this.#lastOf(slot) <= s0)
    const stored = valid && this.#store(id, s0, epoch, { tail, expireMs })
    this.#finish(id, held)
    if (!valid) return 'refused'
    return stored ? 'stored' : 'full'
  }

  invalidate(request: InvalidateRequest): InvalidateReply {
    const { keys, values = [], slots, soft, epochIfNew, nonce, origin, payload, number, voidUpTo } = request
    this.#history.record()
    const seq = (this.#meta?.seq ?? 0) + 1
    const fence = this.#fences.get(origin) ?? 0
    if (voidUpTo > fence) this.#history.put(this.#fences, origin, voidUpTo)
    let stored = values.length > 0 && number > fence
    for (const [i, id] of keys.entries()) {
      const value = values[i]
      if (value !== undefined) stored &&= this.#store(id, seq, this.#meta?.epoch ?? epochIfNew, value)
      if (value === undefined && soft) this.#expireSoftly(id)
      else if (!stored) this.evict(id)
      this.#history.put(this.#leases, id, undefined)
    }
    const { epoch, nonce: previous, healed } = this.#opened(epochIfNew)
    this.#setMeta({ epoch, seq, nonce, healed })
    for (const slot of slots) {
      const { hard, soft: softly } = this.#marks.get(slot) ?? { hard: 0, soft: 0 }
      this.#history.put(
        this.#marks,
        slot,
        soft ? { slot, hard, soft: seq } : { slot, hard: seq, soft: softly },
      )
    }
    const record = { seq, nonce, origin, payload }
    this.#append(record)
    const short = Buffer.byteLength(payload) > LONGEST_ON_THE_BUS ? { ...record, payload: '' } : record
    this.#publish(formatRecord(epoch, previous, short))
    return { epoch, seq, stored }
  }

  sync(request: SyncRequest): SyncReply {
    const { epoch, seq, nonce, healed } = this.#opened(request.epochIfNew)
    const redisMs = Math.floor(this.#server.clock.wall())
    const head = { redisMs, epoch, seq, nonce, healed, records: [], marks: [] }
    const kind = this.#kindOf(request)
    if (kind !== 'records') return { ...head, kind, marks: [...this.#marks.values()] }
    return { ...head, kind, records: this.#since(request.seq) ?? [] }
  }

  heal(epoch: string, seq: number, nonce: string): string {
    const meta = this.#meta
    if (meta?.epoch === epoch && meta.seq < seq) this.#setMeta({ epoch, seq, nonce, healed: nonce })
    return this.#meta?.healed ?? ''
  }

  discard(id: string, head: Buffer): void {
    const bytes = this.#value(id)?.bytes
    const same = head.length === 0 ? bytes?.length === 0 : bytes?.subarray(0, head.length).equals(head)
    if (same) this.#history.put(this.#values, id, undefined)
  }

  /** The ids that have a value. */
  ids(): string[] {
    return [...this.#values.keys()].filter(id => this.#value(id) !== undefined)
  }

  /** A value is gone, as by eviction. */
  evict(id: string): void {
    this.#history.put(this.#values, id, undefined)
  }

  /** The log is gone, as by eviction. */
  loseLog(): void {
    for (const seq of this.#log.keys()) this.#history.put(this.#log, seq, undefined)
  }

  /** The hash with epoch, position and marks is gone, as by eviction. */
  loseMeta(): void {
    this.#setMeta(undefined)
    for (const slot of this.#marks.keys()) this.#history.put(this.#marks, slot, undefined)
  }

  /** Puts bytes in the place of a value, or as one. */
  poison(id: string, bytes: Buffer): void {
    const until = this.#value(id)?.until ?? Number.POSITIVE_INFINITY
    this.#history.put(this.#values, id, { bytes: Buffer.from(bytes), until })
  }

  /** A replica takes over that had not heard of the last records, nor of what was written after the first of them. */
  rollback(records: number): void {
    this.#history.rollback(records)
  }

  /** Everything is gone. */
  flush(): void {
    this.#meta = undefined
    for (const map of [this.#marks, this.#fences, this.#log, this.#values, this.#leases]) map.clear()
    this.layouts.clear()
    this.#history.clear()
  }

  get #now(): number {
    return this.#server.clock.now()
  }

  #value(id: string): Value | undefined {
    const value = this.#values.get(id)
    return value !== undefined && this.#now < value.until ? value : undefined
  }

  #lease(id: string): Lease | undefined {
    const lease = this.#leases.get(id)
    return lease !== undefined && this.#now < lease.until ? lease : undefined
  }

  #lastOf(slot: number): number {
    const mark = this.#marks.get(slot)
    return Math.max(mark?.hard ?? 0, mark?.soft ?? 0)
  }

  #store(id: string, s0: number, epoch: string, { tail, expireMs }: StoredTail): boolean {
    if (this.#server.full) return false
    this.#history.put(this.#values, id, {
      bytes: joinEnvelope(s0, epoch, tail),
      until: this.#now + expireMs,
    })
    return true
  }

  #expireSoftly(id: string): void {
    const value = this.#value(id)
    if (value === undefined) return
    const bytes = Buffer.from(value.bytes)
    bytes[2] = SOFT_MARK
    this.#history.put(this.#values, id, { ...value, bytes })
  }

  #finish(id: string, { waiting }: Lease): void {
    this.#history.put(this.#leases, id, undefined)
    if (waiting) this.#publish(formatWake(id))
  }

  #opened(epochIfNew: string): Meta {
    if (this.#meta !== undefined) return this.#meta
    this.loseLog()
    const meta = { epoch: epochIfNew, seq: 0, nonce: '-', healed: '' }
    this.#setMeta(meta)
    return meta
  }

  #setMeta(meta: Meta | undefined): void {
    const before = this.#meta
    this.#meta = meta
    this.#history.note(() => (this.#meta = before))
  }

  #append(record: LogRecord): void {
    this.#history.put(this.#log, record.seq, record)
    this.#history.put(this.#log, record.seq - this.#server.logLength, undefined)
  }

  #kindOf({ epoch, seq, nonce }: SyncRequest): SyncReply['kind'] {
    const head = this.#meta
    if (head?.epoch !== epoch) return 'epoch'
    if (head.seq < seq || (head.seq === seq && head.nonce !== nonce)) return 'diverged'
    if (head.seq === seq) return 'records'
    const known = seq === 0 ? nonce : this.#log.get(seq)?.nonce
    if (head.seq - seq > MOST_RECORDS_AT_ONCE || known === undefined) return 'trimmed'
    if (known !== nonce) return 'diverged'
    return this.#since(seq) === undefined ? 'trimmed' : 'records'
  }

  /** The records after a position, or `undefined` where some of them are missing. */
  #since(seq: number): LogRecord[] | undefined {
    const records: LogRecord[] = []
    for (let next = seq + 1; next <= (this.#meta?.seq ?? 0); next++) {
      const record = this.#log.get(next)
      if (record === undefined) return undefined
      records.push(record)
    }
    return records
  }
}
