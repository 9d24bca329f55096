import type { DriverOptions } from '../../../packages/core/src/driver.ts'
import { CacheError } from '../../../packages/core/src/errors.ts'
import type { FakeOperation } from '../../../packages/core/src/testing/fake-connection.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { SimulatedRedis } from './simulated-redis.ts'
import type { Network } from './network.ts'
import type { Wire } from './wire.ts'

interface Pending {
  fail(error: CacheError): void
}

/**
 * The connection for commands of one life of an instance, as the cache's own driver holds it: what is sent on it keeps its order, every
 * operation ends at its deadline, what has been given up may still be carried out, and a connection that breaks is made anew.
 */
export class Connection {
  readonly #process: SimulatedProcess
  readonly #redis: SimulatedRedis
  readonly #network: Network
  readonly #options: DriverOptions
  readonly #pending = new Set<Pending>()
  readonly #old: Wire[] = []
  #wires: { readonly requests: Wire; readonly replies: Wire; readonly primary: number } | undefined
  #known: PromiseWithResolvers<void> | undefined = Promise.withResolvers()
  #attempts = 0
  #closed = false

  constructor(process: SimulatedProcess, redis: SimulatedRedis, network: Network, options: DriverOptions) {
    this.#process = process
    this.#redis = redis
    this.#network = network
    this.#options = options
    this.#connect(0)
  }

  /** Requests that Redis may still carry out, those of connections that are gone included. */
  get underWay(): number {
    return [...this.#old, ...(this.#wires === undefined ? [] : [this.#wires.requests])].reduce(
      (sum, wire) => sum + wire.underWay,
      0,
    )
  }

  run<T>(operation: FakeOperation, execute: () => T): Promise<T> {
    if (this.#closed)
      return Promise.reject(new CacheError('E_CLOSED', `The cache was closed during ${operation}.`))
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const end = (settle: () => void): void => {
      if (!this.#pending.delete(pending)) return
      cancel()
      settle()
    }
    const pending: Pending = { fail: error => end(() => reject(error)) }
    this.#pending.add(pending)
    // A process that was busy hears its timers before its sockets: what those brought is heard first.
    const cancel = this.#process.after(this.#options.deadlineMs, () =>
      this.#process.soon(() => pending.fail(unreached(operation, 'there was no answer in time'))),
    )
    const send = (): void => {
      const wires = this.#wires
      if (wires === undefined) return pending.fail(unreached(operation, 'there is no connection'))
      wires.requests.send(() =>
        this.#redis.execute(() => {
          if (wires.primary !== this.#redis.primary) return
          this.#network.note(operation, this.#process)
          const outcome = attempt(execute)
          wires.replies.send(() =>
            this.#process.enter(() =>
              end(() => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value))),
            ),
          )
        }),
      )
    }
    if (this.#known === undefined) send()
    else void this.#known.promise.then(send)
    return promise
  }

  /** The cache takes the connection for dead. What is on its way to Redis may arrive all the same. */
  reconnect(): void {
    if (this.#wires === undefined || this.#closed) return
    this.#drop(this.#network.lateArrivals)
    this.#connect(0)
  }

  /** The connection breaks, and both sides notice. */
  break(): void {
    if (this.#wires === undefined || this.#closed) return
    this.#drop(false)
    this.#connect(this.#network.retryMs(this.#attempts++))
  }

  /** The process is gone, or has closed it: nothing is heard any more, what was sent arrives. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#fail('E_CLOSED')
    if (this.#wires !== undefined) this.#abandon(this.#wires.requests, true)
    this.#wires = undefined
    this.#known?.resolve()
  }

  #drop(arrives: boolean): void {
    const wires = this.#wires
    if (wires === undefined) return
    this.#wires = undefined
    this.#abandon(wires.requests, arrives)
    wires.replies.cut()
    this.#fail('E_REDIS')
    this.#process.enter(() => this.#options.listener.onConnection(false))
  }

  #abandon(requests: Wire, arrives: boolean): void {
    if (arrives) this.#old.push(requests)
    else requests.cut()
  }

  #fail(code: 'E_REDIS' | 'E_CLOSED'): void {
    for (const pending of this.#pending)
      this.#process.enter(() => pending.fail(new CacheError(code, 'The connection is gone.')))
  }

  #connect(waitMs: number): void {
    this.#network.handshake(waitMs, reached => {
      if (this.#closed) return
      if (!reached) {
        this.#settleKnown()
        return this.#connect(this.#network.retryMs(this.#attempts++))
      }
      this.#attempts = 0
      this.#wires = { ...this.#network.wires(), primary: this.#redis.primary }
      this.#process.enter(() => {
        this.#settleKnown()
        this.#options.listener.onConnection(true)
      })
    })
  }

  #settleKnown(): void {
    this.#known?.resolve()
    this.#known = undefined
  }
}

function attempt<T>(execute: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: execute() }
  } catch (error) {
    return { error }
  }
}

function unreached(operation: string, why: string): CacheError {
  return new CacheError('E_REDIS', `${operation}: ${why}.`)
}
