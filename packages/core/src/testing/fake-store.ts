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
import { Gatherer, type Outcome } from '../gatherer.ts'
import { failed, type FakeConnection, type FakeOperation } from './fake-connection.ts'
import type { FakePartition } from './fake-partition.ts'
import { matcher } from './glob.ts'

interface Release {
  readonly id: string
  readonly token: string
}

/** Tier 2 on the stand-in: each operation is one step over one partition, by way of a connection, of as many keys as on Redis. */
export class FakeStore implements Store {
  readonly partitions: number
  readonly #connection: FakeConnection
  readonly #logs: readonly FakePartition[]
  readonly #clock: Clock
  readonly #leases: readonly Gatherer<LeaseRequest, LeaseReply>[]
  readonly #fills: readonly Gatherer<FillRequest, FillReply>[]
  readonly #releases: readonly Gatherer<Release, void>[]

  constructor(connection: FakeConnection, logs: readonly FakePartition[], clock: Clock) {
    this.partitions = logs.length
    this.#connection = connection
    this.#logs = logs
    this.#clock = clock
    this.#leases = logs.map(
      log => new Gatherer(requests => this.#each('lease', requests, one => log.lease(one))),
    )
    this.#fills = logs.map(
      log =>
        new Gatherer(
          requests => this.#each('fill', requests, one => log.fill(one)),
          ({ tail }) => tail.length,
        ),
    )
    this.#releases = logs.map(
      log =>
        new Gatherer(requests => this.#each('release', requests, ({ id, token }) => log.release(id, token))),
    )
  }

  readOne(partition: number, id: string, taker: Taker): void {
    const log = of(this.#logs, partition)
    this.#connection
      .run('read', () => log.read(id))
      .then(
        bytes => taker.found(bytes),
        (error: unknown) => taker.failed(error),
      )
  }

  read(partition: number, ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const log = of(this.#logs, partition)
    return this.#connection.run('read', () => ids.map(id => log.read(id)))
  }

  lease(partition: number, request: LeaseRequest): Promise<LeaseReply> {
    return of(this.#leases, partition).ask(request)
  }

  renew(partition: number, id: string, token: string, leaseMs: number): Promise<boolean> {
    const log = of(this.#logs, partition)
    return this.#connection.run('renew', () => log.renew(id, token, leaseMs))
  }

  release(partition: number, id: string, token: string): Promise<void> {
    return of(this.#releases, partition).ask({ id, token })
  }

  fill(partition: number, request: FillRequest): Promise<FillReply> {
    return of(this.#fills, partition).ask(request)
  }

  invalidate(partition: number, request: InvalidateRequest): Promise<InvalidateReply> {
    const log = of(this.#logs, partition)
    return this.#connection.run('invalidate', () => log.invalidate(request))
  }

  sync(partition: number, request: SyncRequest): Promise<SyncReply> {
    const log = of(this.#logs, partition)
    return this.#connection.run('sync', () => log.sync(request))
  }

  heal(partition: number, epoch: string, seq: number, nonce: string): Promise<string> {
    const log = of(this.#logs, partition)
    return this.#connection.run('heal', () => log.heal(epoch, seq, nonce))
  }

  discard(partition: number, id: string, head: Buffer): Promise<void> {
    const log = of(this.#logs, partition)
    return this.#connection.run('discard', () => log.discard(id, head))
  }

  readLayout(name: string): Promise<Buffer | undefined> {
    const log = of(this.#logs, 0)
    return this.#connection.run('readLayout', () => log.layouts.read(name))
  }

  keepLayout(name: string, bytes: Buffer, keepMs: number): Promise<void> {
    const log = of(this.#logs, 0)
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

  /** One operation of many keys: what fails for one is its own outcome, and where all failed, the operation has. */
  #each<Q, R>(
    operation: FakeOperation,
    requests: readonly Q[],
    step: (request: Q) => R,
  ): Promise<readonly Outcome<R>[]> {
    return this.#connection.run(operation, () => {
      const outcomes = requests.map(request => attempt(operation, () => step(request)))
      const [first] = outcomes
      if (first !== undefined && 'error' in first && outcomes.every(one => 'error' in one))
        throw first.error.cause
      return outcomes
    })
  }
}

/** What a partition has. */
function of<T>(partitions: readonly T[], partition: number): T {
  const found = partitions[partition]
  if (found === undefined) throw new CacheError('E_OPTION', `There is no partition ${partition}.`)
  return found
}

function attempt<R>(
  operation: FakeOperation,
  run: () => R,
): { readonly value: R } | { readonly error: CacheError } {
  try {
    return { value: run() }
  } catch (cause) {
    return { error: failed(operation, cause) }
  }
}
