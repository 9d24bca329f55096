import type { DriverOptions } from '../driver.ts'
import { CacheError } from '../errors.ts'
import { Link } from './link.ts'

/** What is asked of Redis, by its name in the store. */
export type FakeOperation =
  | 'read'
  | 'lease'
  | 'renew'
  | 'release'
  | 'fill'
  | 'invalidate'
  | 'sync'
  | 'heal'
  | 'discard'
  | 'readLayout'
  | 'keepLayout'
  | 'scan'
  | 'ping'

/** An operation that is to fail: before Redis has it, or with its reply lost. */
export interface PlannedFailure {
  readonly error: unknown
  readonly executed: boolean
}

/** What a connection asks of the stand-in behind it. */
export interface ConnectionRules {
  /** How long a request or a reply takes, in ms. */
  latencyMs(operation: FakeOperation, connection: number): number
  /** How long a message takes to a connection, in ms, or that it gets lost. */
  deliveryMs(connection: number, message: string): number | 'lost'
  /** The failure planned for this call, if there is one. */
  failure(operation: FakeOperation): PlannedFailure | undefined
  /** Redis runs an operation. */
  executes(operation: FakeOperation): void
}

interface Stuck {
  readonly isMessage: boolean
  readonly arrive: () => void
}

/** The connection of one cache to the stand-in. A test may cut it, or let it hang, without touching those of other caches. */
export class FakeConnection {
  /** In the order of opening, from 0. */
  readonly index: number
  readonly namespace: string
  readonly #options: DriverOptions
  readonly #rules: ConnectionRules
  readonly #requests: Link
  readonly #replies: Link
  readonly #messages: Link
  readonly #pending = new Set<(error: CacheError) => void>()
  #stuck: Stuck[] = []
  #state: 'up' | 'down' | 'hung' | 'closed'
  #life = 0
  #subscribed = false
  #dropping = false
  #reconnecting = false

  constructor(index: number, options: DriverOptions, rules: ConnectionRules, up: boolean) {
    const { clock, namespace } = options
    this.index = index
    this.namespace = namespace
    this.#options = options
    this.#rules = rules
    this.#requests = new Link(clock)
    this.#replies = new Link(clock)
    this.#messages = new Link(clock)
    this.#state = up ? 'up' : 'down'
    clock.soon(() => this.#announce())
  }

  /** Redis is gone for this cache: what is under way fails, and what is asked from now on fails at once. */
  down(): void {
    if (this.#state === 'closed' || this.#state === 'down') return
    this.#state = 'down'
    this.#cut('The connection to the stand-in is down.')
    this.#stuck = []
    this.#subscribed = false
    this.#options.listener.onConnection(false)
  }

  /** Redis is there again, after `down` or `hang`. */
  up(): void {
    if (this.#state === 'hung') return this.resume()
    if (this.#state !== 'down') return
    this.#state = 'up'
    this.#announce()
  }

  /** The connection stays open and nothing passes it: requests end at their deadline, and are carried out by `resume`. */
  hang(): void {
    if (this.#state === 'up') this.#state = 'hung'
  }

  /** What is stuck arrives, in order, however long it has been given up. */
  resume(): void {
    if (this.#state !== 'hung') return
    this.#state = 'up'
    for (const { arrive } of this.#stuck.splice(0)) arrive()
    if (this.#reconnecting) this.#announce()
  }

  /** Messages to this cache get lost from now on, and nobody notices. */
  dropMessages(): void {
    this.#dropping = true
  }

  /** Messages arrive again. */
  deliverMessages(): void {
    this.#dropping = false
  }

  /** Sends an operation to Redis; rejects with `E_REDIS` at the deadline of the cache. */
  run<T>(operation: FakeOperation, execute: () => T): Promise<T> {
    if (this.#state === 'closed') return Promise.reject(closed(operation))
    if (this.#state === 'down') return Promise.reject(failed(operation, 'the connection is refused'))
    const failure = this.#rules.failure(operation)
    if (failure !== undefined && !failure.executed) return Promise.reject(failed(operation, failure.error))
    const { clock, deadlineMs } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const end = (settle: () => void): void => {
      if (!this.#pending.delete(lose)) return
      cancel()
      settle()
    }
    const lose = (error: CacheError): void => end(() => reject(error))
    const cancel = clock.after(deadlineMs, () => lose(late(operation, deadlineMs)))
    this.#pending.add(lose)
    const latency = (): number => this.#rules.latencyMs(operation, this.index)
    const life = this.#life
    const carryOut = (): void => {
      if (life !== this.#life) return
      let settle: () => void
      try {
        this.#rules.executes(operation)
        const value = execute()
        settle = () => (failure === undefined ? resolve(value) : reject(failed(operation, failure.error)))
      } catch (error) {
        settle = () => reject(failed(operation, error))
      }
      this.#replies.send(latency(), () => end(settle))
    }
    this.#requests.send(latency(), () => this.#pass({ isMessage: false, arrive: carryOut }))
    return promise
  }

  /** Redis publishes a message of a partition. */
  publish(partition: number, message: string): void {
    if (!this.#subscribed || this.#dropping) return
    const delay = this.#rules.deliveryMs(this.index, message)
    if (delay === 'lost') return
    const life = this.#life
    const arrive = (): void => {
      if (this.#subscribed && life === this.#life) this.#options.listener.onMessage(partition, message)
    }
    this.#messages.post(delay, () => this.#pass({ isMessage: true, arrive }))
  }

  /** What is under way fails, and a new connection is made as soon as one can be. */
  reconnect(): void {
    if (this.#state !== 'up' && this.#state !== 'hung') return
    this.#cut('The connection was dropped.')
    this.#stuck = this.#stuck.filter(({ isMessage }) => isMessage)
    this.#options.listener.onConnection(false)
    this.#reconnecting = true
    if (this.#state === 'up') this.#options.clock.soon(() => this.#announce())
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#subscribed = false
    this.#stuck = []
    this.#cut()
  }

  #announce(): void {
    if (this.#state === 'closed') return
    const { listener } = this.#options
    this.#reconnecting = this.#state === 'hung'
    if (this.#state !== 'up') return listener.onConnection(false)
    listener.onConnection(true)
    this.#subscribed = true
    listener.onSubscribed()
  }

  #pass(stuck: Stuck): void {
    if (this.#state === 'hung') this.#stuck.push(stuck)
    else stuck.arrive()
  }

  #cut(why?: string): void {
    this.#life++
    for (const lose of this.#pending)
      lose(why === undefined ? closed('an operation') : failed('an operation', why))
  }
}

/** What an operation rejects with that Redis refused, or never had. */
export function failed(operation: string, cause: unknown): CacheError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new CacheError('E_REDIS', `The stand-in failed ${operation}: ${text}`, { cause })
}

function late(operation: string, deadlineMs: number): CacheError {
  return new CacheError('E_REDIS', `The stand-in failed ${operation}: no answer within ${deadlineMs} ms`, {
    path: 'timeouts.redis',
  })
}

function closed(operation: string): CacheError {
  return new CacheError('E_CLOSED', `The cache was closed during ${operation}.`)
}
