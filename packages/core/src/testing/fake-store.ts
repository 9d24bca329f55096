import type {
  FillReply,
  FillRequest,
  InvalidateReply,
  InvalidateRequest,
  LeaseReply,
  LeaseRequest,
  Store,
  SyncReply,
  SyncRequest,
  Taker,
} from '../store.ts'
import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { FakeConnection } from './fake-connection.ts'
import type { FakePartition } from './fake-partition.ts'
import { matcher } from './glob.ts'

/** Tier 2 on the stand-in: each operation is one step over one partition, by way of a connection. */
export class FakeStore implements Store {
  readonly partitions: number
  readonly #connection: FakeConnection
  readonly #logs: readonly FakePartition[]
  readonly #clock: Clock

  constructor(connection: FakeConnection, logs: readonly FakePartition[], clock: Clock) {
    this.partitions = logs.length
    this.#connection = connection
    this.#logs = logs
    this.#clock = clock
  }

  readOne(partition: number, id: string, taker: Taker): void {
    const log = this.#log(partition)
    this.#connection
      .run('read', () => log.read(id))
      .then(
        bytes => taker.found(bytes),
        (error: unknown) => taker.failed(error),
      )
  }

  read(partition: number, ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const log = this.#log(partition)
    return this.#connection.run('read', () => ids.map(id => log.read(id)))
  }

  lease(partition: number, request: LeaseRequest): Promise<LeaseReply> {
    const log = this.#log(partition)
    return this.#connection.run('lease', () => log.lease(request))
  }

  renew(partition: number, id: string, token: string, leaseMs: number): Promise<boolean> {
    const log = this.#log(partition)
    return this.#connection.run('renew', () => log.renew(id, token, leaseMs))
  }

  release(partition: number, id: string, token: string): Promise<void> {
    const log = this.#log(partition)
    return this.#connection.run('release', () => log.release(id, token))
  }

  fill(partition: number, request: FillRequest): Promise<FillReply> {
    const log = this.#log(partition)
    return this.#connection.run('fill', () => log.fill(request))
  }

  invalidate(partition: number, request: InvalidateRequest): Promise<InvalidateReply> {
    const log = this.#log(partition)
    return this.#connection.run('invalidate', () => log.invalidate(request))
  }

  sync(partition: number, request: SyncRequest): Promise<SyncReply> {
    const log = this.#log(partition)
    return this.#connection.run('sync', () => log.sync(request))
  }

  heal(partition: number, epoch: string, seq: number, nonce: string): Promise<string> {
    const log = this.#log(partition)
    return this.#connection.run('heal', () => log.heal(epoch, seq, nonce))
  }

  discard(partition: number, id: string, head: Buffer): Promise<void> {
    const log = this.#log(partition)
    return this.#connection.run('discard', () => log.discard(id, head))
  }

  readLayout(name: string): Promise<Buffer | undefined> {
    const log = this.#log(0)
    return this.#connection.run('readLayout', () => log.layouts.read(name))
  }

  keepLayout(name: string, bytes: Buffer, keepMs: number): Promise<void> {
    const log = this.#log(0)
    return this.#connection.run('keepLayout', () => log.layouts.keep(name, bytes, keepMs))
  }

  async *scan(glob: string): AsyncGenerator<{ partition: number; ids: string[] }> {
    const matches = matcher(glob)
    for (const [partition, log] of this.#logs.entries()) {
      const ids = await this.#connection.run('scan', () => log.ids().filter(matches))
      if (ids.length > 0) yield { partition, ids }
    }
  }

  async ping(): Promise<number> {
    const from = this.#clock.precise()
    await this.#connection.run('ping', () => {})
    return this.#clock.precise() - from
  }

  reconnect(): void {
    this.#connection.reconnect()
  }

  /** There is no circuit around the stand-in. */
  breakerState(): 'closed' {
    return 'closed'
  }

  close(): Promise<void> {
    this.#connection.close()
    return Promise.resolve()
  }

  #log(partition: number): FakePartition {
    const log = this.#logs[partition]
    if (log === undefined) throw new CacheError('E_OPTION', `There is no partition ${partition}.`)
    return log
  }
}
