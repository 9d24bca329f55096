import type { FakeOperation } from '../../../packages/core/src/testing/fake-connection.ts'
import { noise } from './noise.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { SimulatedRedis } from './simulated-redis.ts'
import type { VirtualTime } from './virtual-time.ts'
import { clear, type Direction, Wire } from './wire.ts'

/** How long things take on the way between an instance and Redis. */
export interface Latency {
  readonly leastMs: number
  /** Up to this much more. */
  readonly jitterMs: number
}

const FIRST_RETRY_MS = 10
const LAST_RETRY_MS = 80
const REQUESTS = 0
const REPLIES = 1
const MESSAGES = 2
const LOSSES = 3

/** All that lies between one instance and Redis, whatever becomes of the instance and its connections. */
export class Network {
  readonly requests: Direction = clear()
  readonly replies: Direction = clear()
  readonly messages: Direction = clear()
  /** Whether what was sent on a connection that is given up still reaches Redis. */
  readonly lateArrivals: boolean
  readonly #time: VirtualTime
  readonly #redis: SimulatedRedis
  readonly #latency: Latency
  readonly #seed: number
  readonly #onOperation: (operation: FakeOperation, process: SimulatedProcess) => void
  #wires: Wire[] = []

  constructor(
    time: VirtualTime,
    redis: SimulatedRedis,
    latency: Latency,
    lateArrivals: boolean,
    seed: number,
    onOperation: (operation: FakeOperation, process: SimulatedProcess) => void,
  ) {
    this.#time = time
    this.#redis = redis
    this.#latency = latency
    this.lateArrivals = lateArrivals
    this.#seed = seed
    this.#onOperation = onOperation
  }

  /** A new connection's two directions. */
  wires(): { readonly requests: Wire; readonly replies: Wire } {
    return { requests: this.#wire(this.requests, REQUESTS), replies: this.#wire(this.replies, REPLIES) }
  }

  /** The direction from Redis of a new subscription. */
  messageWire(): Wire {
    return this.#wire(this.messages, MESSAGES)
  }

  /** Two round trips, if Redis can be reached and answers. */
  handshake(waitMs: number, done: (reached: boolean) => void): void {
    const primary = this.#redis.primary
    const ms =
      2 * (this.#delayMs(REQUESTS) + this.#delayMs(REPLIES)) + this.requests.extraMs + this.replies.extraMs
    this.#time.at(this.#time.now + waitMs + ms, () => {
      const reached =
        !this.#redis.isDown &&
        !this.#redis.isHung &&
        !this.requests.isBlocked &&
        !this.replies.isBlocked &&
        primary === this.#redis.primary
      done(reached)
    })
  }

  /** How long to wait before the next try to connect. */
  retryMs(attempts: number): number {
    return Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts, 5), LAST_RETRY_MS)
  }

  /** Redis carries out an operation of a life of this instance. */
  note(operation: FakeOperation, process: SimulatedProcess): void {
    this.#onOperation(operation, process)
  }

  /** What was held back, and is held back no more, arrives. */
  flush(): void {
    this.#wires = this.#wires.filter(wire => !wire.isCut || wire.underWay > 0)
    for (const wire of this.#wires) wire.flush()
  }

  /** Without faults from now on. */
  heal(): void {
    for (const direction of [this.requests, this.replies, this.messages]) Object.assign(direction, clear())
    this.flush()
  }

  #wire(direction: Direction, what: number): Wire {
    const wire = new Wire(
      this.#time,
      direction,
      () => this.#delayMs(what),
      () => noise(this.#seed, LOSSES + what, this.#time.now),
    )
    this.#wires.push(wire)
    return wire
  }

  #delayMs(what: number): number {
    const { leastMs, jitterMs } = this.#latency
    return leastMs + jitterMs * noise(this.#seed, what, this.#time.now) ** 3
  }
}
