import type { Partition } from './coherence/partition.ts'
import type { Entry } from './entry.ts'
import type { Key } from './key.ts'
import type { LoadContext } from './load-context.ts'
import type { Policy } from './policy.ts'
import { type Found, NONE } from './found.ts'
import type { Claim, Waiter } from './remote.ts'
import type { Counters } from './stats.ts'
import type { Shared } from './within.ts'

/** How to load a key, as the first call that wanted it loaded said. */
export interface Job {
  readonly key: Key
  readonly load: (context: LoadContext) => unknown
  readonly policy: Policy
  readonly tags: readonly string[]
  /** Load whatever Redis has. */
  readonly fresh: boolean
  readonly counters: Counters
  /** Called instead of `load` where the value comes from elsewhere, or may. */
  readonly elsewhere?: () => void
}

/** What a load brought. `entry` is undefined where the loader said that there is nothing. */
export interface Loaded {
  readonly entry: Entry | undefined
  readonly tier: 'redis' | 'load'
  /** Something that concerns the value was invalidated while it was loading. */
  readonly killed: boolean
  /** Who called for it from this moment on is not given it: nothing vouches for what happened since its load began. */
  readonly until: number
}

/** What became of asking for a lease, and who hears when it ends if somebody else has it. */
export interface Asked {
  readonly claim: Claim
  readonly waiter: Waiter
}

/**
 * One look-up of a key under way, and the load behind it if one is needed. Whoever asks for the key meanwhile joins it. An
 * invalidation of the key detaches it: those who joined get its value, nobody else does, and it is not kept.
 */
export class Flight {
  readonly id: string
  readonly partition: Partition
  /** The partition's order when it began. */
  readonly born: number
  looked: Promise<Found>
  loaded: Shared<Loaded> | undefined
  job: Job | undefined
  readonly policy: Policy
  /** Refreshes a value ahead of its end: one from Redis is enough only if it is not due itself. */
  readonly ahead: boolean
  detached = false
  /** The lease was asked for instead of a look-up; the load begins with the answer. */
  asked: Asked | undefined
  /** The log position its value will be valid from, once known. */
  s0: number | undefined

  constructor(id: string, partition: Partition, policy: Policy, job: Job | undefined, ahead: boolean) {
    this.id = id
    this.partition = partition
    this.born = partition.now
    this.job = job
    this.policy = policy
    this.ahead = ahead
    this.looked = NOTHING
  }
}

const NOTHING: Promise<Found> = Promise.resolve(NONE)

/** The flights of an instance, one per key. Look-up and registration share a tick, so a map is all the lock there is. */
export class Flights {
  readonly #flights = new Map<string, Flight>()

  get(id: string): Flight | undefined {
    return this.#flights.get(id)
  }

  /** Those that have not ended. */
  all(): readonly Flight[] {
    return [...this.#flights.values()]
  }

  add(flight: Flight): void {
    this.#flights.set(flight.id, flight)
  }

  /** It has ended; whoever waits for what it found has asked for that already. */
  remove(flight: Flight): void {
    if (this.#flights.get(flight.id) === flight) this.#flights.delete(flight.id)
    // A map that grew or was cleaned leaves its old table behind, and with it all that stood there, until old space is collected:
    // half of what reads of Redis allocated lived that long because of it.
    flight.looked = NOTHING
  }

  /** An invalidation at `seq` concerns this key. A flight known to have begun after it goes on. */
  detach(id: string, seq: number): void {
    const flight = this.#flights.get(id)
    if (flight === undefined || (flight.s0 !== undefined && flight.s0 >= seq)) return
    flight.detached = true
    this.#flights.delete(id)
  }

  /** Nothing that is under way may be kept. */
  detachAll(partition: number): void {
    for (const flight of this.#flights.values()) {
      if (flight.partition.index !== partition) continue
      flight.detached = true
      this.#flights.delete(flight.id)
    }
  }
}
