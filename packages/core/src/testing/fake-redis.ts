import { type Clock, systemClock } from '../clock.ts'
import type { DriverOptions, StoreDriver } from '../driver.ts'
import type { Store } from '../store.ts'
import {
  type ConnectionRules,
  FakeConnection,
  type FakeOperation,
  type PlannedFailure,
} from './fake-connection.ts'
import { type FakeServer, FakePartition } from './fake-partition.ts'
import { FakeStore } from './fake-store.ts'

/** What `fakeRedis` takes. */
export interface FakeRedisOptions {
  /** The clock of Redis: leases and values expire by it. Default: the system's. */
  readonly clock?: Clock
  /** Independent logs of each namespace, as on a Cluster. Default 1. */
  readonly partitions?: number
  /** Records a log keeps. Default 10 000. */
  readonly logLength?: number
  /** How long each request and each reply takes, in ms. Default 0: an operation is carried out within the call. */
  readonly latencyMs?: number | ((operation: FakeOperation, connection: number) => number)
  /**
   * How many ms a message takes to a connection, or that it gets `'lost'`. Messages to one connection keep their order; between
   * connections there is none. Default 0.
   */
  readonly delivery?: (connection: number, message: string) => number | 'lost'
}

const LOG_LENGTH = 10_000

/**
 * A Redis in memory for tests, with faults to be had on demand. It keeps the protocol as the real one does: both pass
 * `storeConformance`. Caches that are given the same stand-in and the same namespace are instances of one cache.
 *
 * Where a method takes a key, it is the key as printed, with its namespaces in front as in events; it concerns every
 * `namespace` option that has it.
 */
export class FakeRedis implements StoreDriver {
  /** The connections of the caches, in the order they were made, to cut one and leave the others. */
  readonly connections: FakeConnection[] = []
  readonly #options: FakeRedisOptions
  readonly #server: FakeServer & { full: boolean }
  readonly #namespaces = new Map<string, FakePartition[]>()
  readonly #failures: (PlannedFailure & { readonly operation: FakeOperation })[] = []
  readonly #commands = new Map<FakeOperation, number>()
  #up = true

  /** Use `fakeRedis`. */
  constructor(options: FakeRedisOptions) {
    this.#options = options
    const { clock = systemClock, logLength = LOG_LENGTH } = options
    this.#server = { clock, logLength, full: false }
  }

  /** What `createCache({ redis })` calls. */
  openStore(options: DriverOptions): Store {
    const connection = new FakeConnection(this.connections.length, options, this.#rules(), this.#up)
    this.connections.push(connection)
    return new FakeStore(connection, this.#partitions(options.namespace), options.clock)
  }

  /** How often Redis has carried out an operation. */
  commands(operation: FakeOperation): number {
    return this.#commands.get(operation) ?? 0
  }

  /** The keys that have a value, sorted. */
  keys(): string[] {
    return this.#all()
      .flatMap(partition => partition.ids())
      .sort()
  }

  /** The bytes of a value. */
  bytes(key: string): Buffer | undefined {
    return this.#holder(key)?.read(key)
  }

  /** Every connection is refused until `up`. */
  down(): void {
    this.#up = false
    for (const connection of this.connections) connection.down()
  }

  /** Connections can be made again; the caches do so at once. */
  up(): void {
    this.#up = true
    for (const connection of this.connections) connection.up()
  }

  /** Nothing is answered until `resume`; then everything asked meanwhile is carried out, in order. */
  hang(): void {
    for (const connection of this.connections) connection.hang()
  }

  resume(): void {
    for (const connection of this.connections) connection.resume()
  }

  /** Messages get lost from now on, and nobody notices. */
  dropMessages(): void {
    for (const connection of this.connections) connection.dropMessages()
  }

  /** Messages arrive again. */
  deliverMessages(): void {
    for (const connection of this.connections) connection.deliverMessages()
  }

  /** The next such operation of any cache fails before Redis has it. Called twice, the next two. */
  failNext(operation: FakeOperation, error: unknown = new Error('planned')): void {
    this.#failures.push({ operation, error, executed: false })
  }

  /** The next such operation of any cache is carried out, and its reply gets lost. */
  loseReply(operation: FakeOperation, error: unknown = new Error('the reply was lost')): void {
    this.#failures.push({ operation, error, executed: true })
  }

  /** Whether Redis has no memory for anything new; it can still delete. */
  full(full: boolean): void {
    this.#server.full = full
  }

  /** Everything is gone, as by FLUSHALL or a restart without a copy on disk. */
  flush(): void {
    for (const partition of this.#all()) partition.flush()
  }

  /**
   * Fails over to a replica that had not heard of the last `records` of each log, nor of anything written after the first of
   * them. The connections break and are made again.
   */
  rollback(records: number): void {
    for (const partition of this.#all()) partition.rollback(records)
    if (!this.#up) return
    this.down()
    this.up()
  }

  /** A value is gone, as by eviction. */
  evict(key: string): void {
    for (const partition of this.#all()) partition.evict(key)
  }

  /** The logs are gone, as by eviction; positions and marks are not. */
  loseLog(): void {
    for (const partition of this.#all()) partition.loseLog()
  }

  /** Positions and marks are gone, as by eviction. */
  loseMeta(): void {
    for (const partition of this.#all()) partition.loseMeta()
  }

  /** The layouts that values were written by are gone, as by eviction. */
  loseLayouts(): void {
    for (const partition of this.#all()) partition.layouts.lose()
  }

  /** Puts bytes in the place of every layout. */
  poisonLayouts(bytes: Buffer): void {
    for (const partition of this.#all()) partition.layouts.poison(Buffer.from(bytes))
  }

  /** Puts bytes in the place of a value. Throws for a key that has none. */
  poison(key: string, bytes: Buffer): void {
    const holder = this.#holder(key)
    if (holder === undefined) throw new Error(`There is no value under ${key} to put bytes in the place of.`)
    holder.poison(key, bytes)
  }

  #all(): FakePartition[] {
    return [...this.#namespaces.values()].flat()
  }

  #holder(key: string): FakePartition | undefined {
    return this.#all().find(partition => partition.read(key) !== undefined)
  }

  #partitions(namespace: string): FakePartition[] {
    const known = this.#namespaces.get(namespace)
    if (known !== undefined) return known
    const made = Array.from(
      { length: this.#options.partitions ?? 1 },
      (_, index) => new FakePartition(this.#server, message => this.#publish(namespace, index, message)),
    )
    this.#namespaces.set(namespace, made)
    return made
  }

  #publish(namespace: string, partition: number, message: string): void {
    for (const connection of this.connections)
      if (connection.namespace === namespace) connection.publish(partition, message)
  }

  #rules(): ConnectionRules {
    const { latencyMs = 0, delivery } = this.#options
    return {
      latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
      deliveryMs: (connection, message) => delivery?.(connection, message) ?? 0,
      failure: operation => {
        const at = this.#failures.findIndex(planned => planned.operation === operation)
        return at < 0 ? undefined : this.#failures.splice(at, 1)[0]
      },
      executes: operation => this.#commands.set(operation, this.commands(operation) + 1),
    }
  }
}

/** Makes a Redis in memory: `const redis = fakeRedis({ clock }); createCache({ redis, clock })`. */
export function fakeRedis(options: FakeRedisOptions = {}): FakeRedis {
  return new FakeRedis(options)
}
