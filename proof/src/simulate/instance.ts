import type { Cache } from '../../../packages/core/src/cache.ts'
import { createCache } from '../../../packages/core/src/create-cache.ts'
import type { DriverOptions, StoreDriver } from '../../../packages/core/src/driver.ts'
import type { Store } from '../../../packages/core/src/store.ts'
import type { FakeConnection } from '../../../packages/core/src/testing/fake-connection.ts'
import { FakeStore } from '../../../packages/core/src/testing/fake-store.ts'
import { randomOf } from '../random.ts'
import { Connection } from './connection.ts'
import type { Network } from './network.ts'
import type { InstanceSettings, World } from './plan.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { SimulatedRedis } from './simulated-redis.ts'
import { Subscription } from './subscription.ts'

/** One life of an instance: a process with the real cache in it, and its connections. */
export class Life implements StoreDriver {
  readonly instance: number
  readonly number: number
  readonly process: SimulatedProcess
  readonly cache: Cache
  /** Whether it has been told to close. */
  isClosing = false
  readonly #redis: SimulatedRedis
  readonly #network: Network
  readonly #namespaces = new Map<string, Cache>()
  #connection: Connection | undefined
  #subscription: Subscription | undefined

  constructor(
    instance: number,
    number: number,
    process: SimulatedProcess,
    redis: SimulatedRedis,
    network: Network,
    world: World,
    settings: InstanceSettings,
    seed: number,
  ) {
    this.instance = instance
    this.number = number
    this.process = process
    this.#redis = redis
    this.#network = network
    const { ttlMs, memoryTtlMs, memory, swr, refreshAhead, jitter, softMs } = settings
    this.cache = createCache({
      namespace: 'proof',
      redis: this,
      memory: memory !== false && { maxEntries: memory },
      ttl: { memory: memoryTtlMs, redis: ttlMs },
      grace: world.graceMs,
      swr,
      refreshAhead,
      jitter,
      maxStaleness: world.deltaMs,
      timeouts: {
        redis: world.deadlineMs,
        hard: world.hardMs,
        ...(softMs !== undefined && { soft: softMs }),
      },
      clock: process,
      random: randomOf(seed ^ Math.imul(number + 1, 0x9e3779b9)),
    })
  }

  /** Neither gone nor told to close. */
  get isOpen(): boolean {
    return !this.process.isGone && !this.isClosing
  }

  /** Whether Redis may still carry out something that it asked for. */
  get hasRequestsUnderWay(): boolean {
    return (this.#connection?.underWay ?? 0) > 0 || this.#redis.isHung
  }

  openStore(options: DriverOptions): Store {
    this.#connection = new Connection(this.process, this.#redis, this.#network, options)
    this.#subscription = new Subscription(this.process, this.#redis, this.#network, options.listener)
    const { run, reconnect } = bound(this.#connection)
    const connection = { run, reconnect, close: () => this.#hangUp() }
    return new FakeStore(connection as unknown as FakeConnection, this.#redis.partitions, this.process)
  }

  /** A namespace of its cache. */
  in(namespaces: readonly string[]): Cache {
    const name = namespaces.join('/')
    const known = this.#namespaces.get(name)
    if (known !== undefined) return known
    const made = namespaces.reduce((cache, part) => cache.namespace(part), this.cache)
    this.#namespaces.set(name, made)
    return made
  }

  /** Dies without a word. What it has sent arrives. */
  crash(): void {
    this.process.kill()
    this.#hangUp()
  }

  breakConnection(): void {
    this.#connection?.break()
  }

  breakSubscription(): void {
    this.#subscription?.break()
  }

  /** Redis forgets that it listens. */
  loseSubscription(): void {
    this.#subscription?.die()
  }

  /** A message reaches it that nobody has published now. */
  hear(partition: number, message: string): void {
    this.#subscription?.inject(partition, message)
  }

  #hangUp(): void {
    this.#connection?.close()
    this.#subscription?.close()
  }
}

function bound(connection: Connection): Pick<Connection, 'run' | 'reconnect'> {
  return { run: connection.run.bind(connection), reconnect: connection.reconnect.bind(connection) }
}
