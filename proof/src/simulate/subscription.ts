import type { StoreListener } from '../../../packages/core/src/store.ts'
import type { Network } from './network.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { SimulatedRedis, Subscriber } from './simulated-redis.ts'
import type { Wire } from './wire.ts'

/** The connection on which one life of an instance hears what is published. It has an order of its own. */
export class Subscription {
  readonly #process: SimulatedProcess
  readonly #redis: SimulatedRedis
  readonly #network: Network
  readonly #listener: StoreListener
  #wire: Wire | undefined
  #hear: Subscriber | undefined
  #attempts = 0
  #closed = false

  constructor(process: SimulatedProcess, redis: SimulatedRedis, network: Network, listener: StoreListener) {
    this.#process = process
    this.#redis = redis
    this.#network = network
    this.#listener = listener
    this.#subscribe(0)
  }

  /** The connection breaks, and the instance notices: it subscribes again. */
  break(): void {
    if (this.#closed) return
    this.#drop()
    this.#subscribe(this.#network.retryMs(this.#attempts++))
  }

  /** Redis forgets the subscriber, and nobody tells it. */
  die(): void {
    if (this.#hear !== undefined) this.#redis.unsubscribe(this.#hear)
  }

  close(): void {
    this.#closed = true
    this.#drop()
  }

  /** Something reaches the instance on this connection that Redis does not send now. */
  inject(partition: number, message: string): void {
    this.#hear?.(partition, message)
  }

  #drop(): void {
    this.die()
    this.#hear = undefined
    this.#wire?.cut()
    this.#wire = undefined
  }

  #subscribe(waitMs: number): void {
    this.#network.handshake(waitMs, reached => {
      if (this.#closed || this.#wire !== undefined) return
      if (!reached) return this.#subscribe(this.#network.retryMs(this.#attempts++))
      this.#attempts = 0
      const wire = this.#network.messageWire()
      const hear: Subscriber = (partition, message) =>
        wire.send(() => this.#process.enter(() => this.#listener.onMessage(partition, message)))
      this.#wire = wire
      this.#hear = hear
      this.#redis.subscribe(hear)
      wire.send(() => this.#process.enter(() => this.#listener.onSubscribed()))
    })
  }
}
