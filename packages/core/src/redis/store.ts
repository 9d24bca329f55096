import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type {
  FillReply,
  FillRequest,
  InvalidateReply,
  InvalidateRequest,
  LeaseReply,
  LeaseRequest,
  Store,
  StoreListener,
  SyncReply,
  SyncRequest,
  Taker,
} from '../store.ts'
import { type Client, type Connections, type RedisTarget, connect } from './connect.ts'
import { type BreakerOptions, type BreakerState, Guard } from './guard.ts'
import { type Argument, Leases } from './leases.ts'
import { Links } from './links.ts'
import { messageFirst } from './message-first.ts'
import { type Names, names, tagStart } from './names.ts'
import { Reader } from './reader.ts'
import { isRefusal, isReplica, isWrongType } from './redis-error.ts'
import { parseSync, type SyncParts } from './replies.ts'
import { SCRIPTS, type ScriptName } from './scripts.ts'
import { subscribe } from './subscriber.ts'

export interface RedisStoreOptions {
  readonly target: RedisTarget
  readonly namespace: string
  readonly connections: number
  readonly partitions: number | undefined
  readonly deadlineMs: number
  readonly connectMs: number
  readonly breaker: BreakerOptions
  readonly clock: Clock
  readonly random: () => number
  readonly listener: StoreListener
}

const LOG_LENGTH = '10000'
const SYNC_LIMIT = '2000'
const CLUSTER_PARTITIONS = 16
const SCAN_BATCH = 500
/** Where the layouts of all partitions are. */
const LAYOUT_PARTITION = 0

type Script = (...args: Argument[]) => Promise<unknown>

/** Tier 2 on a real Redis, by way of ioredis. */
export class RedisStore implements Store {
  readonly partitions: number
  readonly #options: RedisStoreOptions
  readonly #connections: Connections
  readonly #guard: Guard
  readonly #names: readonly Names[]
  readonly #readers: readonly Reader[]
  readonly #leases: readonly Leases[]
  readonly #links: Links

  constructor(options: RedisStoreOptions) {
    this.#options = options
    const { target, connections, connectMs, random, clock, listener, deadlineMs, breaker, namespace } =
      options
    this.#connections = connect(target, connections, connectMs, random)
    this.partitions = options.partitions ?? (this.#connections.isCluster ? CLUSTER_PARTITIONS : 1)
    this.#names = Array.from({ length: this.partitions }, (_, p) => names(namespace, p))
    this.#guard = new Guard(
      clock,
      deadlineMs,
      breaker,
      () => this.#ping(),
      state => listener.onBreaker(state),
    )
    const fetch = {
      one: (key: string) => this.#get(key),
      many: (keys: readonly string[]) => this.#getMany(keys),
    }
    this.#readers = this.#names.map(() => new Reader(fetch, run => clock.soon(run)))
    this.#leases = this.#names.map(
      own => new Leases(own, (label, script, keys, args) => this.#guarded(label, script, keys, ...args)),
    )
    for (const client of this.#connections.commands) defineScripts(client)
    this.#links = new Links(this.#connections, clock, connectMs, listener)
    subscribe(
      this.#connections.subscriber,
      this.#names.map(name => name.channel),
      listener,
    )
  }

  readOne(partition: number, id: string, taker: Taker): void {
    of(this.#readers, partition).read(this.#name(partition).value + id, taker)
  }

  async read(partition: number, ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const { value } = this.#name(partition)
    const found = await this.#getMany(ids.map(id => value + id))
    return found.map(bytes => bytes ?? undefined)
  }

  lease(partition: number, request: LeaseRequest): Promise<LeaseReply> {
    return of(this.#leases, partition).lease(request)
  }

  renew(partition: number, id: string, token: string, leaseMs: number): Promise<boolean> {
    return of(this.#leases, partition).renew(id, token, leaseMs)
  }

  release(partition: number, id: string, token: string): Promise<void> {
    return of(this.#leases, partition).release(id, token)
  }

  fill(partition: number, request: FillRequest): Promise<FillReply> {
    return of(this.#leases, partition).fill(request)
  }

  async invalidate(partition: number, request: InvalidateRequest): Promise<InvalidateReply> {
    const { meta, log, zero, fence, value, lease, channel } = this.#name(partition)
    const { keys, values = [], slots, soft, epochIfNew, nonce, origin, payload, number, voidUpTo } = request
    const all = [meta, log, fence + origin, zero]
    for (const id of keys) all.push(lease + id)
    for (const id of keys) all.push(value + id)
    const reply = await this.#direct(
      'INVALIDATE',
      'tiercacheInvalidate',
      all,
      epochIfNew,
      nonce,
      origin,
      LOG_LENGTH,
      payload,
      channel,
      soft ? '1' : '0',
      number,
      voidUpTo,
      slots.length,
      ...slots,
      ...values.flatMap(({ tail, expireMs }) => [tail, expireMs]),
    )
    const [epoch, seq, ok] = reply as [Buffer, number, number]
    return { epoch: String(epoch), seq: Number(seq), stored: ok === 1 }
  }

  async sync(partition: number, request: SyncRequest): Promise<SyncReply> {
    const { meta, log, zero } = this.#name(partition)
    const { epoch, seq, nonce, epochIfNew } = request
    const reply = await this.#direct(
      'SYNC',
      'tiercacheSync',
      [meta, log, zero],
      epoch,
      seq,
      nonce,
      epochIfNew,
      SYNC_LIMIT,
    )
    this.#guard.recovered()
    return parseSync(reply as SyncParts)
  }

  async heal(partition: number, epoch: string, seq: number, nonce: string): Promise<string> {
    const { meta, zero } = this.#name(partition)
    return String(await this.#direct('HEAL', 'tiercacheHeal', [meta, zero], epoch, seq, nonce))
  }

  async discard(partition: number, id: string, head: Buffer): Promise<void> {
    await this.#guarded('DISCARD', 'tiercacheDiscard', [this.#name(partition).value + id], head)
  }

  readLayout(name: string): Promise<Buffer | undefined> {
    const key = this.#name(LAYOUT_PARTITION).layout + name
    return new Promise((found, failed) => of(this.#readers, LAYOUT_PARTITION).read(key, { found, failed }))
  }

  async keepLayout(name: string, bytes: Buffer, keepMs: number): Promise<void> {
    const key = this.#name(LAYOUT_PARTITION).layout + name
    const keep = (): Promise<unknown> => this.#client().set(key, bytes, 'PX', keepMs)
    await this.#guard.guarded('SET', () => this.#whenUp(keep), isRefusal)
  }

  async *scan(glob: string): AsyncGenerator<{ partition: number; ids: string[] }> {
    const client = this.#client()
    const masters = 'nodes' in client ? client.nodes('master') : [client]
    const match = `${escapeGlob(tagStart(this.#options.namespace))}*}:v:${glob}`
    for (const master of masters) {
      let cursor = '0'
      do {
        const step = (): Promise<[string, string[]]> =>
          master.scan(cursor, 'MATCH', match, 'COUNT', SCAN_BATCH)
        const [next, keys] = await this.#guard.deadline('SCAN', step)
        cursor = next
        const groups = Map.groupBy(keys, key => this.#names.findIndex(({ value }) => key.startsWith(value)))
        for (const [partition, found] of groups) {
          const { value = '' } = this.#names[partition] ?? {}
          if (value !== '') yield { partition, ids: found.map(key => key.slice(value.length)) }
        }
      } while (cursor !== '0')
    }
  }

  async ping(): Promise<number> {
    const { clock } = this.#options
    const from = clock.precise()
    await this.#guard.deadline('PING', () => this.#ping())
    return clock.precise() - from
  }

  reconnect(): void {
    this.#links.reconnect()
  }

  breakerState(): BreakerState {
    return this.#guard.state
  }

  close(): Promise<void> {
    this.#guard.stop()
    this.#links.close()
    return Promise.resolve()
  }

  #ping(): Promise<unknown> {
    return this.#whenUp(() => this.#client().ping())
  }

  #get(key: string): Promise<Buffer | null> {
    return this.#guard.guarded('GET', () => this.#whenUp(() => this.#client().getBuffer(key)), isWrongType)
  }

  #getMany(keys: readonly string[]): Promise<(Buffer | null)[]> {
    return this.#guard.guarded('MGET', () => this.#whenUp(() => this.#client().mgetBuffer(...keys)))
  }

  #guarded(label: string, script: ScriptName, keys: string[], ...args: Argument[]): Promise<unknown> {
    return this.#guard.guarded(label, () => this.#run(script, keys, args), isRefusal)
  }

  /** Without the circuit: invalidations and SYNC are always tried. */
  #direct(label: string, script: ScriptName, keys: string[], ...args: Argument[]): Promise<unknown> {
    const running = this.#guard.deadline(label, () => this.#run(script, keys, args))
    running.catch((error: unknown) => {
      if (isReplica(error)) this.#links.reconnect() // to find the new primary
    })
    return running
  }

  #run(script: ScriptName, keys: string[], args: Argument[]): Promise<unknown> {
    return this.#whenUp(() => {
      const client = this.#client()
      const run = (client as unknown as Record<string, Script | undefined>)[`${script}Buffer`]
      if (run === undefined) throw new CacheError('E_REDIS', `The client lost the script ${script}.`)
      const send = (): Promise<unknown> => run.call(client, keys.length, ...keys, ...args)
      return script === 'tiercacheInvalidate' ? messageFirst(client, send) : send()
    })
  }

  /** The first operations wait for the first connection instead of failing; from then on nothing waits for one. */
  #whenUp<T>(operation: () => Promise<T>): Promise<T> {
    return this.#links.isKnown ? operation() : this.#links.firstKnown.then(operation)
  }

  #client(): Client {
    const client = this.#links.next()
    if (client === undefined) throw new CacheError('E_REDIS', 'There is no connection.')
    return client
  }

  #name(partition: number): Names {
    return of(this.#names, partition)
  }
}

/** What a partition has. */
function of<T>(partitions: readonly T[], partition: number): T {
  const found = partitions[partition]
  if (found === undefined) throw new CacheError('E_OPTION', `There is no partition ${partition}.`)
  return found
}

/** Text as itself within a pattern. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

function defineScripts(client: Client): void {
  for (const [name, lua] of Object.entries(SCRIPTS)) {
    if (!(name in client)) client.defineCommand(name, { lua })
  }
}
