import type { LogStore } from '../../src/coherence/partition.ts'
import {
  formatRecord,
  formatTargets,
  type LogMessage,
  parseMessage,
  parseTargets,
} from '../../src/coherence/message.ts'
import { prefixSlot, tagSlot } from '../../src/coherence/slots.ts'
import type {
  InvalidateReply,
  InvalidateRequest,
  LogRecord,
  Mark,
  SyncReply,
  SyncRequest,
  Targets,
} from '../../src/store.ts'

export const targets = (some: Partial<Targets>): Targets => ({
  keys: [],
  tags: [],
  prefixes: [],
  soft: false,
  ...some,
})

type Operation = 'invalidate' | 'sync' | 'heal'

/** The log of one partition as Redis keeps it, and a script of what goes wrong with it. */
export class FakeLog implements LogStore {
  epoch = 'epoch-1'
  seq = 0
  nonce = '-'
  records: LogRecord[] = []
  readonly syncs: SyncRequest[] = []
  readonly invalidations: Targets[] = []
  readonly requests: InvalidateRequest[] = []
  readonly heals: number[] = []
  reconnects = 0
  /** Operations that fail before they reach the log. */
  readonly failing: Set<Operation> = new Set()
  redisMs = 0
  #marks = new Map<number, Mark>()
  #published: LogMessage[] = []
  #nonces = 0
  #healed = ''
  #epochs = 1
  #gate: PromiseWithResolvers<void> | undefined

  /** Nothing answers from here on until the function returned is called; operations still take effect. */
  holdReplies(): () => void {
    const gate = Promise.withResolvers<void>()
    this.#gate = gate
    return () => {
      this.#gate = undefined
      gate.resolve()
    }
  }

  /** What operations that fail reject with. */
  failWith: Error | undefined

  set away(away: boolean) {
    for (const operation of ['invalidate', 'sync', 'heal'] as const) {
      if (away) this.failing.add(operation)
      else this.failing.delete(operation)
    }
  }

  /** An invalidation of another instance; the message that tells of it. */
  append(some: Partial<Targets>, origin = 'other'): LogMessage {
    return this.#append(formatTargets(targets(some)), origin)
  }

  appendText(payload: string): LogMessage {
    return this.#append(payload, 'other')
  }

  /** Messages since the last look, in order. */
  published(): LogMessage[] {
    return this.#published.splice(0)
  }

  /** A failover to a replica that had not heard of the last records. */
  lose(count: number): void {
    this.records.splice(this.records.length - count)
    const last = this.records.at(-1)
    this.seq = last?.seq ?? 0
    this.nonce = last?.nonce ?? '-'
    this.#marks.clear()
    for (const record of this.records) this.#mark(record)
  }

  /** Everything is gone: a FLUSHALL, or a restart without a disk. */
  flush(): void {
    this.epoch = `epoch-${++this.#epochs}`
    this.seq = 0
    this.nonce = '-'
    this.#healed = ''
    this.records = []
    this.#marks.clear()
  }

  /** The oldest records fall out of the log. */
  trim(kept: number): void {
    this.records.splice(0, this.records.length - kept)
  }

  async invalidate(_: number, request: InvalidateRequest): Promise<InvalidateReply> {
    this.#check('invalidate')
    const read = parseTargets(request.payload)
    this.requests.push(request)
    if (read !== undefined) this.invalidations.push(read)
    const { seq } = this.#append(request.payload, request.origin, request.nonce)
    const reply = { epoch: this.epoch, seq, stored: request.values !== undefined }
    await this.#gate?.promise
    return reply
  }

  async sync(_: number, request: SyncRequest): Promise<SyncReply> {
    this.syncs.push(request)
    this.#check('sync')
    const reply = this.#syncReply(request)
    await this.#gate?.promise
    return reply
  }

  async heal(_: number, epoch: string, seq: number, nonce: string): Promise<string> {
    this.#check('heal')
    this.heals.push(seq)
    if (epoch === this.epoch && this.seq < seq) {
      this.#healed = nonce
      this.seq = seq
      this.nonce = nonce
    }
    await this.#gate?.promise
    return this.#healed
  }

  reconnect(): void {
    this.reconnects++
  }

  #check(operation: Operation): void {
    if (this.failing.has(operation)) throw this.failWith ?? new Error(`${operation}: away`)
  }

  #append(payload: string, origin: string, nonce = `n${++this.#nonces}`): LogMessage {
    const previous = this.nonce
    const record = { seq: ++this.seq, nonce, origin, payload }
    this.nonce = nonce
    this.records.push(record)
    this.#mark(record)
    const message = parseMessage(formatRecord(this.epoch, previous, record))
    if (message?.type !== 'record') throw new Error('not a record')
    this.#published.push(message)
    return message
  }

  #mark({ payload, seq }: LogRecord): void {
    const { tags, prefixes, soft } = parseTargets(payload) ?? targets({ prefixes: [''] })
    for (const slot of [...tags.map(tagSlot), ...prefixes.map(prefixSlot)]) {
      const mark = this.#marks.get(slot) ?? { slot, hard: 0, soft: 0 }
      this.#marks.set(slot, soft ? { ...mark, soft: seq } : { ...mark, hard: seq })
    }
  }

  #syncReply({ epoch, seq, nonce }: SyncRequest): SyncReply {
    const { redisMs, seq: last, nonce: newest } = this
    const head = { redisMs, epoch: this.epoch, seq: last, nonce: newest, healed: this.#healed }
    const snapshot = (kind: SyncReply['kind']): SyncReply => ({
      kind,
      ...head,
      records: [],
      marks: [...this.#marks.values()],
    })
    if (epoch !== this.epoch) return snapshot('epoch')
    if (this.seq < seq || (this.seq === seq && nonce !== this.nonce)) return snapshot('diverged')
    const at = this.records.find(record => record.seq === seq)
    if (this.seq > seq && seq > 0 && at === undefined) return snapshot('trimmed')
    if (at !== undefined && at.nonce !== nonce) return snapshot('diverged')
    const records = this.records.filter(record => record.seq > seq)
    if (records.length !== this.seq - seq) return snapshot('trimmed')
    return { kind: 'records', ...head, records, marks: [] }
  }
}
