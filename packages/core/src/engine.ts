import type { Cancel, Clock } from './clock.ts'
import type { Stamp } from './coherence/marks.ts'
import type { Partition } from './coherence/partition.ts'
import { partitionOf } from './coherence/slots.ts'
import { Entry, type Freshness, freshness } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Events } from './events.ts'
import { Flight, Flights, type Job, type Loaded } from './flight.ts'
import { LoadState } from './load-context.ts'
import type { MemoryTier } from './memory/lru.ts'
import { estimateBytes } from './memory/size.ts'
import { lifetimeOf, type Policy, type TierMs } from './policy.ts'
import { type Found, type Lease, NONE, type Remote } from './remote.ts'
import { type Counters, LatencyRecorder } from './stats.ts'

/** Everything a read needs, made once by `createCache` and shared by all namespaces. */
export interface Parts {
  readonly memory: MemoryTier
  /** `undefined`: this process only. */
  readonly remote: Remote | undefined
  readonly partitions: readonly Partition[]
  readonly events: Events
  readonly clock: Clock
  readonly random: () => number
  readonly maxStalenessMs: number
  /** Whether memory has a limit in bytes. */
  readonly weighs: boolean
}

/** A value with where it came from. */
export interface Answer {
  readonly entry: Entry
  readonly tier: 'memory' | 'redis' | 'load'
  readonly stale: boolean
}

/** A load is given up, and its signal aborted, after this many times its hard deadline. */
const ABANDONED_AFTER = 3
const FIRST_POLL_MS = 50
const LAST_POLL_MS = 500
const LATE: unique symbol = Symbol('late')

/**
 * The read path, top to bottom: a hit in memory; else one look-up per key in Redis; else one load per key here, and by lease
 * among all instances; one commit.
 */
export class Engine {
  readonly parts: Parts
  readonly flights: Flights = new Flights()
  readonly loadLatency: LatencyRecorder = new LatencyRecorder()
  closed = false
  readonly #background = new Set<Promise<unknown>>()
  readonly #loading = new Set<LoadState>()

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** The entry if memory may answer with it now. Builds nothing. */
  hit(id: string): Entry | undefined {
    const entry = this.parts.memory.get(id)
    if (entry === undefined) return undefined
    const now = this.parts.clock.recent()
    if (now >= entry.until || (now >= entry.trust.trustedUntil && !entry.local)) return undefined
    if (entry.checked === entry.trust.generation) return entry
    return this.#judge(id, entry, now) === 'fresh' ? entry : undefined
  }

  /**
   * The value of a key, by way of a job if one is given; `undefined` if there is none. Rejects with what the loader threw, or
   * with `E_TIMEOUT`.
   */
  async read(
    id: string,
    policy: Policy,
    job: Job | undefined,
    counters: Counters,
  ): Promise<Answer | undefined> {
    if (this.closed) throw new CacheError('E_CLOSED', 'The cache is closed.', { path: 'close' })
    const { memory, clock } = this.parts
    const from = clock.precise()
    const partition = this.partition(id)
    const calledAt = partition.now
    for (;;) {
      const now = clock.now()
      const held = job?.fresh ? undefined : memory.get(id)
      const state = held === undefined ? 'expired' : this.#judge(id, held, now)
      if (held !== undefined && state === 'fresh') {
        if (job !== undefined && now >= held.until) this.#refresh(id, policy, job, true)
        return this.#served(id, held, 'memory', false, counters, from)
      }
      if (held !== undefined && state === 'stale' && job?.policy.swr) {
        this.#refresh(id, policy, job, false)
        return this.#served(id, held, 'memory', true, counters, from)
      }
      counters.memoryMisses++
      const flight = this.#join(id, policy, job)
      const found = await flight.looked
      if (flight.loaded === undefined && found.kind === 'fresh') {
        return this.#served(id, found.entry, 'redis', false, counters, from)
      }
      const stale = found.kind === 'stale' ? found.entry : state === 'stale' ? held : undefined
      const staleTier = found.kind === 'stale' ? 'redis' : 'memory'
      if (stale !== undefined && (job === undefined || job.policy.swr)) {
        return this.#served(id, stale, staleTier, true, counters, from)
      }
      this.#missed(id, counters, from)
      if (job === undefined || flight.loaded === undefined) return undefined
      const loaded = await this.#within(flight.loaded, id, stale, job)
      if (loaded === LATE) return stale && this.#served(id, stale, staleTier, true, counters, from)
      // Whoever came after an invalidation may not have a value whose load began before it.
      if (loaded.killed && calledAt > flight.born) continue
      return loaded.entry && { entry: loaded.entry, tier: loaded.tier, stale: false }
    }
  }

  /** Looks keys of one partition up in one command, each as a flight that others may join. */
  launchMany(
    partition: Partition,
    policyOf: (id: string) => Policy,
    jobs: ReadonlyMap<string, Job | undefined>,
  ): void {
    const missing = [...jobs].filter(([id]) => this.flights.get(id) === undefined)
    if (missing.length === 0) return
    const reading = this.parts.remote?.read(
      partition,
      missing.map(([id]) => id),
    )
    for (const [i, [id, job]] of missing.entries()) {
      this.#launch(
        new Flight(id, partition, policyOf(id), job, false),
        reading?.then(found => found[i] ?? NONE),
      )
    }
  }

  /** The partition a key belongs to. */
  partition(id: string): Partition {
    const { partitions } = this.parts
    const found = partitions[partitionOf(id, partitions.length)]
    if (found === undefined)
      throw new CacheError('E_OPTION', 'There is no partition.', { path: 'partitions' })
    return found
  }

  /** An entry for a value that was loaded or set here. */
  entryOf(
    partition: Partition,
    value: unknown,
    ttl: TierMs,
    policy: Policy,
    stamp: Omit<Stamp, 'id' | 'loadedHere'>,
  ): Entry {
    const { clock, weighs } = this.parts
    const bornAt = clock.now()
    const freshUntil = bornAt + ttl.memoryMs
    const staleUntil = policy.graceMs === 0 ? freshUntil : bornAt + ttl.redisMs + policy.graceMs
    const { s0, born, tags } = stamp
    const entry = new Entry(
      value,
      { bornAt, freshUntil, staleUntil },
      s0,
      born,
      tags,
      weighs ? estimateBytes(value) : 0,
      partition,
    )
    setDue(entry, policy)
    return entry
  }

  /** Lets memory answer with an entry that Redis does not vouch for, for as long as no invalidation can be missed: Δ since its origin. */
  vouch(entry: Entry, since: number): void {
    entry.local = true
    entry.freshUntil = Math.min(entry.freshUntil, since + this.parts.maxStalenessMs)
    entry.until = Math.min(entry.until, entry.freshUntil)
  }

  /** Runs behind an answer; `idle` waits for it. It must not reject. */
  behind(work: Promise<unknown>): void {
    this.#background.add(work)
    void work.finally(() => this.#background.delete(work))
  }

  /** Resolves when nothing runs in the background. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.allSettled(this.#background)
  }

  /** Aborts the signals of all loads. */
  abort(): void {
    for (const state of this.#loading) state.abort()
  }

  /** The one judge of an entry in memory: of its time, its tags, and whether memory may answer at all. */
  #judge(id: string, entry: Entry, now: number): Freshness {
    const partition = this.partition(id)
    const { s0, born, tags } = entry
    const verdict = partition.judge({ id, tags, s0, born, loadedHere: true }, partition.epoch)
    if (verdict === 'dead') {
      this.parts.memory.delete(id)
      return 'expired'
    }
    entry.checked = partition.generation
    if (verdict === 'stale') expire(entry, now)
    const state = freshness(entry, now)
    if (state !== 'fresh' || entry.local || partition.trusts(now)) return state
    return entry.staleUntil > entry.freshUntil ? 'stale' : 'expired'
  }

  #join(id: string, policy: Policy, job: Job | undefined): Flight {
    const known = this.flights.get(id)
    if (known !== undefined && !job?.fresh) {
      known.job ??= job
      return known
    }
    // A read past the cache needs a load that begins after it; what is under way is not to be kept over its value.
    if (known !== undefined) known.detached = true
    const partition = this.partition(id)
    const flight = new Flight(id, partition, policy, job, false)
    return this.#launch(flight, job?.fresh ? undefined : this.#lookUp(partition, id))
  }

  /** Loads behind an answer, unless somebody does already. */
  #refresh(id: string, policy: Policy, job: Job, ahead: boolean): void {
    const known = this.flights.get(id)
    if (known !== undefined) {
      known.job ??= job
      return
    }
    job.counters.refreshes++
    const partition = this.partition(id)
    this.#launch(new Flight(id, partition, policy, job, ahead), this.#lookUp(partition, id))
  }

  #lookUp(partition: Partition, id: string): Promise<Found> | undefined {
    return this.parts.remote?.read(partition, [id]).then(([found]) => found ?? NONE)
  }

  #launch(flight: Flight, found: Promise<Found> = Promise.resolve(NONE)): Flight {
    this.flights.add(flight)
    flight.looked = found.then(one => this.#looked(flight, one))
    return flight
  }

  /** The look-up has ended: keep what it found, and load if that is not enough. */
  #looked(flight: Flight, found: Found): Found {
    const { job, policy } = flight
    const now = this.parts.clock.now()
    if (found.kind === 'fresh' || found.kind === 'stale') this.#keep(flight, found.entry)
    const enough = found.kind === 'fresh' && !(flight.ahead && now >= dueAt(found.entry, policy))
    if (job === undefined || enough) {
      this.flights.remove(flight)
      job?.elsewhere?.()
      return found
    }
    flight.loaded = this.#load(flight, job, found)
    this.behind(flight.loaded.catch(() => {}))
    return found
  }

  /** Takes what Redis had into memory. */
  #keep(flight: Flight, entry: Entry): void {
    const { ttl } = flight.policy
    if (typeof ttl !== 'function')
      entry.freshUntil = Math.min(entry.freshUntil, this.parts.clock.now() + ttl.memoryMs)
    entry.until = entry.freshUntil
    setDue(entry, flight.policy)
    if (!flight.detached) this.parts.memory.set(flight.id, entry)
  }

  async #load(flight: Flight, job: Job, found: Found): Promise<Loaded> {
    const { clock, remote } = this.parts
    const { id, partition } = flight
    const stale = found.kind === 'stale' || found.kind === 'fresh' ? found.entry : this.#staleInMemory(id)
    const state = new LoadState(job.key, stale?.value, job.policy, job.tags)
    const abandon = clock.after(job.policy.hardMs * ABANDONED_AFTER, () => {
      state.abort()
      flight.detached = true
      this.flights.remove(flight)
    })
    this.#loading.add(state)
    let lease: Lease | undefined
    let stopKeeping: Cancel | undefined
    try {
      const claim = await this.#claim(flight, job, found)
      if (claim instanceof Entry) {
        this.#keep(flight, claim)
        return { entry: claim, tier: 'redis', killed: false }
      }
      lease = claim
      if (lease !== undefined) stopKeeping = remote?.keep(partition, id, lease)
      flight.s0 = lease?.s0
      const origin = {
        epoch: lease?.epoch ?? partition.epoch,
        s0: lease?.s0 ?? partition.seq,
        born: partition.now,
        startedAt: clock.now(),
      }
      const value = await this.#run(id, job, state)
      // Nothing waits from here on: what is judged, kept and answered is one step.
      const loaded = this.#commit(flight, state, value, lease, origin)
      if (loaded.stored) lease = undefined
      return loaded
    } finally {
      abandon()
      stopKeeping?.()
      this.#loading.delete(state)
      this.flights.remove(flight)
      if (lease !== undefined && remote !== undefined) this.behind(remote.release(partition, id, lease))
    }
  }

  /** A lease; or the value that somebody else loaded meanwhile; or nothing, when Redis is away or others take too long. */
  async #claim(flight: Flight, job: Job, found: Found): Promise<Lease | Entry | undefined> {
    const { remote, clock, random } = this.parts
    if (remote === undefined || found.kind === 'away') return undefined
    const until = clock.now() + job.policy.hardMs
    let { head } = found
    for (let poll = FIRST_POLL_MS; clock.now() < until;) {
      const waiter = remote.waiter(flight.id)
      const claim = await remote.claim(flight.partition, flight.id, head, job.fresh)
      if (claim.kind === 'wait') {
        job.elsewhere?.()
        await waiter.wait(Math.min(claim.leaseMs, poll * (0.5 + random()), Math.max(1, until - clock.now())))
        poll = Math.min(poll * 2, LAST_POLL_MS)
        continue
      }
      waiter.forget()
      if (claim.kind === 'lease') return claim.lease
      if (claim.kind === 'away') return undefined
      if (claim.found.kind === 'fresh') {
        job.elsewhere?.()
        return claim.found.entry
      }
      head = claim.found.head
    }
    return undefined
  }

  async #run(id: string, job: Job, state: LoadState): Promise<unknown> {
    const { clock, events } = this.parts
    const from = clock.precise()
    job.counters.loads++
    try {
      const value = await job.load(state as never)
      const ms = clock.precise() - from
      this.loadLatency.record(ms)
      if (events.wants('load')) events.emit('load', { key: id, ms })
      return value
    } catch (error) {
      job.counters.loadErrors++
      if (events.wants('load')) events.emit('load', { key: id, ms: clock.precise() - from, error })
      throw error
    }
  }

  /** The one place where a loaded value is kept. Memory has it when this returns; Redis gets it behind the answer. */
  #commit(
    flight: Flight,
    state: LoadState,
    value: unknown,
    lease: Lease | undefined,
    origin: Origin,
  ): Loaded & { stored: boolean } {
    const { clock, random, remote, memory } = this.parts
    const { id, partition } = flight
    const { s0, born, epoch, startedAt } = origin
    const { policy, tags } = state
    if (value === undefined) return { entry: undefined, tier: 'load', killed: false, stored: false }
    const ttl = lifetimeOf(policy, value, { key: id, tags, loadMs: clock.now() - startedAt }, random)
    const entry = this.entryOf(partition, value, ttl, policy, { s0, born, tags })
    const killed = partition.judge({ id, tags, s0, born, loadedHere: true }, epoch) !== 'live'
    const keeps = !killed && !flight.detached
    if (state.skipped || (!keeps && epoch === partition.epoch)) {
      if (!state.skipped) this.#fenced(id, flight)
      return { entry, tier: 'load', killed, stored: false }
    }
    if (remote !== undefined && lease === undefined) this.vouch(entry, startedAt)
    if (keeps) memory.set(id, entry)
    if (remote === undefined || lease === undefined) {
      this.#tellSet(id, false)
      return { entry, tier: 'load', killed, stored: false }
    }
    this.behind(this.#fill(flight, remote, lease, { id, value, ttl, graceMs: policy.graceMs, tags }))
    return { entry, tier: 'load', killed, stored: true }
  }

  async #fill(
    flight: Flight,
    remote: Remote,
    lease: Lease,
    outgoing: Parameters<Remote['fill']>[2],
  ): Promise<void> {
    const reply = await remote.fill(flight.partition, lease, outgoing)
    if (reply === 'refused') this.#fenced(flight.id, flight)
    else this.#tellSet(flight.id, reply === 'stored')
  }

  /** A load's outcome within the call's deadline; `LATE` where a stale value may stand in for it. */
  async #within(
    loading: Promise<Loaded>,
    id: string,
    stale: Entry | undefined,
    job: Job,
  ): Promise<Loaded | typeof LATE> {
    const { softMs, hardMs } = job.policy
    const ms = stale !== undefined && softMs !== undefined ? softMs : hardMs
    try {
      const loaded = await this.#before(loading, ms)
      if (loaded !== LATE) return loaded
    } catch (error) {
      if (stale !== undefined && this.#usable(id, stale)) return LATE
      throw error
    }
    if (stale !== undefined && this.#usable(id, stale)) return LATE
    if (stale !== undefined && ms < hardMs) {
      const loaded = await this.#before(loading, hardMs - ms)
      if (loaded !== LATE) return loaded
    }
    throw new CacheError(
      'E_TIMEOUT',
      `Loading ${id} took longer than ${hardMs} ms. It goes on behind; raise timeouts.hard if that is normal.`,
      {
        path: 'timeouts.hard',
        value: hardMs,
      },
    )
  }

  #before<T>(work: Promise<T>, ms: number): Promise<T | typeof LATE> {
    return new Promise((resolve, reject) => {
      const cancel = this.parts.clock.after(ms, () => resolve(LATE))
      work.then(
        value => {
          cancel()
          resolve(value)
        },
        (error: unknown) => {
          cancel()
          reject(error)
        },
      )
    })
  }

  #usable(id: string, stale: Entry): boolean {
    const partition = this.partition(id)
    const { s0, born, tags, staleUntil } = stale
    return (
      this.parts.clock.now() < staleUntil &&
      partition.judge({ id, tags, s0, born, loadedHere: true }, partition.epoch) !== 'dead'
    )
  }

  #staleInMemory(id: string): Entry | undefined {
    const entry = this.parts.memory.peek(id)
    return entry !== undefined && this.#usable(id, entry) ? entry : undefined
  }

  #served(
    id: string,
    entry: Entry,
    tier: 'memory' | 'redis',
    stale: boolean,
    counters: Counters,
    from: number,
  ): Answer {
    const { events, clock } = this.parts
    if (tier === 'memory') counters.memoryHits++
    else counters.redisHits++
    if (stale) counters.staleServed++
    if (events.wants('hit')) events.emit('hit', { key: id, tier, stale, ms: clock.precise() - from })
    return { entry, tier, stale }
  }

  #missed(id: string, counters: Counters, from: number): void {
    const { events, clock, remote } = this.parts
    counters.misses++
    if (remote !== undefined) counters.redisMisses++
    if (events.wants('miss')) events.emit('miss', { key: id, ms: clock.precise() - from })
  }

  #fenced(id: string, flight: Flight): void {
    if (flight.job !== undefined) flight.job.counters.fenced++
    if (this.parts.events.wants('fenced')) this.parts.events.emit('fenced', { key: id })
  }

  #tellSet(id: string, redis: boolean): void {
    if (this.parts.events.wants('set')) this.parts.events.emit('set', { key: id, redis })
  }
}

/** Where a loaded value stands in the order of things. */
interface Origin {
  readonly epoch: string
  readonly s0: number
  readonly born: number
  readonly startedAt: number
}

/** When a refresh ahead of an entry's end is due. */
function dueAt(entry: Entry, policy: Policy): number {
  return entry.bornAt + (entry.freshUntil - entry.bornAt) * (policy.refreshAhead || 1)
}

function setDue(entry: Entry, policy: Policy): void {
  if (policy.refreshAhead > 0) entry.until = Math.min(entry.until, Math.floor(dueAt(entry, policy)))
}

/** Ends an entry's freshness; its grace stays. */
export function expire(entry: Entry, now: number): void {
  entry.freshUntil = Math.min(entry.freshUntil, now)
  entry.until = entry.freshUntil
}
