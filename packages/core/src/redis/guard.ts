import CircuitBreaker from 'opossum'
import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { redisError } from './redis-error.ts'

/** When the circuit around reads and fills opens and how long it stays open. */
export interface BreakerOptions {
  /** Share of failures, 0 to 1, from which the circuit opens. Default 0.5. */
  readonly errorThreshold: number
  /** Failures in a row, or operations within two seconds, below which it never opens. Default 10. */
  readonly volume: number
  /** Time until a ping is sent to see whether Redis is back. Default `'1s'`. */
  readonly resetAfterMs: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

interface Waiting {
  readonly due: number
  readonly operation: string
  /** The circuit hears of it. */
  readonly isCounted: boolean
  /** Unless it has ended. */
  reject: ((error: CacheError) => void) | undefined
}

const WINDOW_MS = 2000

/**
 * Keeps Redis from holding anybody up. Every operation ends within the deadline; the deadline is the same for all, so one timer
 * watches the oldest. Reads and fills pass the circuit too: opossum owns its states and its reset timer, but nothing goes through its
 * `fire`, which costs more than a GET, except the probe of a circuit that may close; outcomes are counted here and open it.
 */
export class Guard {
  readonly #clock: Clock
  readonly #deadlineMs: number
  readonly #options: BreakerOptions
  readonly #circuit: CircuitBreaker<[], unknown>
  readonly #queue: Waiting[] = []
  #head = 0
  #watching = false
  #windowFrom = 0
  #good = 0
  #bad = 0
  #inARow = 0

  constructor(
    clock: Clock,
    deadlineMs: number,
    options: BreakerOptions,
    probe: () => Promise<unknown>,
    onState: (state: BreakerState) => void,
  ) {
    this.#clock = clock
    this.#deadlineMs = deadlineMs
    this.#options = options
    this.#circuit = new CircuitBreaker(() => this.deadline('PING', probe), {
      timeout: false,
      resetTimeout: options.resetAfterMs,
      errorThresholdPercentage: 1,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      // A failed probe must open it again at once; counting is done here.
      volumeThreshold: 0,
    })
    this.#circuit.on('open', () => onState('open'))
    this.#circuit.on('halfOpen', () => {
      onState('half-open')
      // It succeeds or fails for all: nobody who asks for a value waits to find out.
      this.#circuit.fire().catch(() => {})
    })
    this.#circuit.on('close', () => onState('closed'))
  }

  get state(): BreakerState {
    return this.#circuit.opened ? 'open' : this.#circuit.halfOpen ? 'half-open' : 'closed'
  }

  /**
   * Runs an operation under the deadline and the circuit. Unless the circuit is closed it rejects at once. An error that is an answer
   * rejects too, but speaks for Redis, not against it.
   */
  guarded<T>(
    name: string,
    operation: () => Promise<T>,
    isAnswer: (error: unknown) => boolean = noError,
  ): Promise<T> {
    return this.#circuit.closed ? this.#run(name, operation, isAnswer) : Promise.reject(refused())
  }

  /** Runs an operation under the deadline alone. */
  deadline<T>(name: string, operation: () => Promise<T>): Promise<T> {
    return this.#run(name, operation, undefined)
  }

  /** Redis answers again, as SYNC found out: no need to wait for a probe. */
  recovered(): void {
    if (!this.#circuit.closed) this.#circuit.close()
  }

  stop(): void {
    this.#circuit.shutdown()
    for (const waiting of this.#queue.splice(0)) {
      waiting.reject?.(new CacheError('E_CLOSED', `The cache was closed during ${waiting.operation}.`))
    }
    this.#head = 0
  }

  // Counted in the same step that settles it, since a promise more is felt in a read that is alone.
  #run<T>(
    name: string,
    operation: () => Promise<T>,
    isAnswer: ((error: unknown) => boolean) | undefined,
  ): Promise<T> {
    const isCounted = isAnswer !== undefined
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        due: this.#clock.recent() + this.#deadlineMs,
        operation: name,
        isCounted,
        reject,
      }
      this.#queue.push(waiting)
      if (!this.#watching) this.#watch(this.#deadlineMs)
      const failed = (thrown: unknown): void => {
        if (waiting.reject === undefined) return
        waiting.reject = undefined
        const error = redisError(name, thrown)
        if (isAnswer?.(error)) this.#succeeded()
        else if (isCounted) this.#failed()
        reject(error)
      }
      try {
        operation().then(value => {
          if (waiting.reject === undefined) return
          waiting.reject = undefined
          if (isCounted) this.#succeeded()
          resolve(value)
        }, failed)
      } catch (error) {
        failed(error)
      }
    })
  }

  // What began before the circuit opened says nothing of what comes after it has closed.
  #succeeded(): void {
    if (!this.#circuit.closed) return
    this.#inARow = 0
    this.#count(true)
  }

  #failed(): void {
    if (!this.#circuit.closed) return
    this.#count(false)
    const total = this.#good + this.#bad
    const { volume, errorThreshold } = this.#options
    const many = total >= volume && this.#bad >= total * errorThreshold
    if (++this.#inARow < volume && !many) return
    this.#good = 0
    this.#bad = 0
    this.#inARow = 0
    this.#circuit.open()
  }

  #count(good: boolean): void {
    const now = this.#clock.recent()
    if (now - this.#windowFrom > WINDOW_MS) {
      this.#windowFrom = now
      this.#good = 0
      this.#bad = 0
    }
    if (good) this.#good++
    else this.#bad++
  }

  #watch(ms: number): void {
    this.#watching = true
    // A process that was busy for longer than the deadline hears its timers before its sockets: what they brought is heard first.
    this.#clock.after(ms, () => this.#clock.soon(this.#expire))
  }

  readonly #expire = (): void => {
    const now = this.#clock.now()
    let next = this.#queue[this.#head]
    while (next !== undefined && (next.reject === undefined || next.due <= now)) {
      this.#end(next)
      next = this.#queue[++this.#head]
    }
    this.#queue.splice(0, this.#head)
    this.#head = 0
    if (next === undefined) this.#watching = false
    else this.#watch(Math.max(1, next.due - now))
  }

  #end(waiting: Waiting): void {
    const { reject, operation, isCounted } = waiting
    if (reject === undefined) return
    waiting.reject = undefined
    if (isCounted) this.#failed()
    const problem = `Redis did not answer ${operation} within ${this.#deadlineMs} ms.`
    reject(new CacheError('E_REDIS', problem, { path: 'timeouts.redis' }))
  }
}

function noError(): boolean {
  return false
}

function refused(): CacheError {
  return new CacheError(
    'E_REDIS',
    'Redis failed too often and is left alone for a moment (the circuit is open).',
  )
}
