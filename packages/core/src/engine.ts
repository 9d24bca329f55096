import { type Answer, type Give, staleOf } from './answer.ts'
import type { Clock } from './clock.ts'
import type { Partition } from './coherence/partition.ts'
import type { Entry } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Events } from './events.ts'
import { Flight, Flights, type Job, type Loaded } from './flight.ts'
import { type Found, NONE } from './found.ts'
import { Loader } from './loader.ts'
import type { Local } from './local.ts'
import type { Policy } from './policy.ts'
import type { Remote } from './remote.ts'
import type { Counters } from './stats.ts'
import { LATE, Shared } from './within.ts'

/** Everything a read needs, made once by `createCache` and shared by all namespaces. */
export interface Parts {
  readonly local: Local
  /** `undefined`: this process only. */
  readonly remote: Remote | undefined
  readonly events: Events
  readonly clock: Clock
  readonly random: () => number
}

/** A call for a key, as it was made. */
interface Call<T> {
  readonly id: string
  readonly policy: Policy
  readonly job: Job | undefined
  readonly counters: Counters
  readonly give: Give<T>
  /** When it was made; 0 where nobody wants to hear how long it took. */
  readonly from: number
  readonly calledMs: number
  /** The partition's order at that moment. */
  readonly calledAt: number
}

/** Below this share of hits in Redis a read asks for the lease at once: its answer is the value too, if there is one. */
const MISS_EXPECTED = 0.25
const LOOKED_BACK = 64

/**
 * The read path, top to bottom: a hit in memory; else one look-up per key in Redis; else one load per key here, and by lease
 * among all instances (`loader.ts`).
 */
export class Engine {
  readonly parts: Parts
  readonly flights: Flights = new Flights()
  readonly loader: Loader
  closed = false
  /** The share of late look-ups in Redis that found a fresh value. */
  #hitShare = 1
  readonly #background = new Set<Promise<unknown>>()

  constructor(parts: Parts) {
    this.parts = parts
    this.loader = new Loader(parts, this.flights, work => this.behind(work))
  }

  /**
   * What the caller makes of the value of a key, got by way of a job if one is given; of `undefined` if there is none. Rejects with
   * what the loader threw, or with `E_TIMEOUT`.
   */
  read<T>(id: string, policy: Policy, job: Job | undefined, counters: Counters, give: Give<T>): Promise<T> {
    if (this.closed) throw new CacheError('E_CLOSED', 'The cache is closed.', { path: 'close' })
    const { local, clock, events } = this.parts
    const from = events.wantsReads ? clock.precise() : 0
    const partition = local.partition(id)
    const calledMs = clock.recent()
    const call: Call<T> = { id, policy, job, counters, give, from, calledAt: partition.now, calledMs }
    // Before anything begins that a reset would throw away.
    const trusting = partition.ensureTrust(calledMs)
    return trusting === undefined ? this.#read(call) : trusting.then(() => this.#read(call))
  }

  // Not async, nor is what follows until something has to be loaded: a hit in Redis would take twice as many promises.
  #read<T>(call: Call<T>): Promise<T> {
    const { local, clock } = this.parts
    const { id, policy, job } = call
    const now = clock.recent()
    const held = job?.fresh ? undefined : local.memory.get(id)
    const state = held === undefined ? 'expired' : local.judge(id, held, now)
    if (held !== undefined && state === 'fresh') {
      local.served(id, held)
      if (job !== undefined && now >= held.until) this.#refresh(id, policy, job, true)
      return Promise.resolve(this.#served(call, { entry: held, tier: 'memory', stale: false }))
    }
    if (held !== undefined && state === 'stale' && job?.policy.swr) {
      local.served(id, held)
      this.#refresh(id, policy, job, false)
      return Promise.resolve(this.#served(call, { entry: held, tier: 'memory', stale: true }))
    }
    call.counters.memoryMisses++
    local.missed(id, held !== undefined || job?.fresh === true, policy)
    const flight = this.#join(id, policy, job)
    return flight.looked.then(found =>
      this.#answer(call, flight, found, state === 'stale' ? held : undefined),
    )
  }

  #answer<T>(call: Call<T>, flight: Flight, looked: Found, held: Entry | undefined): T | Promise<T> {
    const { id, job, give } = call
    const found = flight.loaded === undefined ? looked : this.#still(id, looked)
    if (found.kind === 'fresh') return this.#served(call, { entry: found.entry, tier: 'redis', stale: false })
    const stale = staleOf(found, held)
    if (stale !== undefined && (job === undefined || job.policy.swr)) return this.#served(call, stale)
    this.#missed(call)
    if (job === undefined || flight.loaded === undefined) return give(undefined)
    const { loaded: loading } = flight
    if (stale !== undefined) return this.#loadedOrStale(call, job, flight, loading, stale)
    // A thousand callers wait for one load: each of them costs a promise here, and none a timer.
    return loading.within(job.policy.hardMs).then(loaded => {
      if (loaded === LATE) throw tookTooLong(id, job.policy.hardMs)
      return this.#loaded(call, flight, loaded)
    })
  }

  /** A stale value stands in for a load that fails, or that takes longer than the soft deadline. */
  async #loadedOrStale<T>(
    call: Call<T>,
    { policy: { hardMs, softMs = hardMs } }: Job,
    flight: Flight,
    loading: Shared<Loaded>,
    stale: Answer,
  ): Promise<T> {
    const { local } = this.parts
    const isUsable = (): boolean => local.isUsable(call.id, stale.entry)
    let loaded: Loaded | typeof LATE
    try {
      loaded = await loading.within(softMs)
      if (loaded === LATE && softMs < hardMs && !isUsable()) loaded = await loading.within(hardMs - softMs)
    } catch (error) {
      if (isUsable()) return this.#served(call, stale)
      throw error
    }
    if (loaded !== LATE) return this.#loaded(call, flight, loaded)
    if (isUsable()) return this.#served(call, stale)
    throw tookTooLong(call.id, hardMs)
  }

  #loaded<T>(call: Call<T>, flight: Flight, loaded: Loaded): T | Promise<T> {
    const { give, calledAt, calledMs } = call
    // Whoever came after an invalidation may not have a value whose load began before it; nor may one who came when none could be heard of.
    if ((loaded.killed && calledAt > flight.born) || calledMs >= loaded.until) return this.#read(call)
    return give(loaded.entry && { entry: loaded.entry, tier: loaded.tier, stale: false })
  }

  /** What to wait for before anything begins for keys of several partitions; mostly nothing. */
  ensureTrust(ids: readonly string[]): Promise<unknown> | undefined {
    const { local, clock } = this.parts
    const partitions = new Set(ids.map(id => local.partition(id)))
    const waits = [...partitions].flatMap(partition => partition.ensureTrust(clock.recent()) ?? [])
    return waits.length === 0 ? undefined : Promise.all(waits)
  }

  /** Looks keys of one partition up in one command, each as a flight that others may join. */
  launchMany(
    partition: Partition,
    policyOf: (id: string) => Policy,
    jobs: ReadonlyMap<string, Job | undefined>,
  ): void {
    const missing = [...jobs.keys()].filter(id => this.flights.get(id) === undefined)
    if (missing.length === 0) return
    const reading = this.parts.remote?.readMany(partition, missing) ?? Promise.resolve([])
    for (const [i, id] of missing.entries()) {
      const flight = new Flight(id, partition, policyOf(id), jobs.get(id), false)
      this.flights.add(flight)
      flight.looked = reading.then(found => this.#looked(flight, found[i] ?? NONE))
    }
  }

  /** Runs behind an answer; `idle` waits for it. It must not reject. */
  behind(work: Promise<unknown>): void {
    this.#background.add(work)
    void work.finally(() => this.#background.delete(work))
  }

  /** Resolves when nothing runs in the background. */
  async idle(): Promise<void> {
    for (
      let flights = this.flights.all();
      this.#background.size + flights.length > 0;
      flights = this.flights.all()
    ) {
      await Promise.allSettled([
        ...this.#background,
        ...flights.map(flight => flight.loaded?.work ?? flight.looked),
      ])
    }
  }

  #join(id: string, policy: Policy, job: Job | undefined): Flight {
    const known = this.flights.get(id)
    if (known !== undefined && !job?.fresh) {
      known.job ??= job
      return known
    }
    // A read past the cache needs a load that begins after it; what is under way is not to be kept over its value.
    if (known !== undefined) known.detached = true
    const partition = this.parts.local.partition(id)
    return this.#launch(new Flight(id, partition, policy, job, false))
  }

  /** Loads behind an answer, unless somebody does already. */
  #refresh(id: string, policy: Policy, job: Job, ahead: boolean): void {
    const known = this.flights.get(id)
    if (known !== undefined) {
      known.job ??= job
      return
    }
    job.counters.refreshes++
    const partition = this.parts.local.partition(id)
    this.#launch(new Flight(id, partition, policy, job, ahead))
  }

  #launch(flight: Flight): Flight {
    const { remote } = this.parts
    this.flights.add(flight)
    if (remote === undefined || flight.job?.fresh)
      flight.looked = Promise.resolve(NONE).then(none => this.#looked(flight, none))
    else if (flight.job !== undefined && this.#hitShare < MISS_EXPECTED)
      flight.looked = this.loader.ask(flight, remote).then(found => this.#looked(flight, found))
    else flight.looked = remote.read(flight.partition, flight.id, found => this.#looked(flight, found))
    return flight
  }

  /** The look-up has ended: keep what it found, and load if that is not enough. */
  #looked(flight: Flight, found: Found): Found {
    const { local, clock } = this.parts
    const { id, job, policy } = flight
    if (found.kind !== 'away')
      this.#hitShare += ((found.kind === 'fresh' ? 1 : 0) - this.#hitShare) / LOOKED_BACK
    if ('entry' in found) {
      local.adopt(id, found.entry, policy)
      if (!flight.detached && !found.passing) local.keep(id, found.entry)
    }
    const enough = found.kind === 'fresh' && !(flight.ahead && clock.recent() >= found.entry.until)
    if (job === undefined || enough) {
      this.flights.remove(flight)
      job?.elsewhere?.()
      return found
    }
    const loading = this.loader.load(flight, job, found)
    flight.loaded = new Shared(loading, clock)
    this.behind(loading.catch(() => {}))
    return found
  }

  /** What a flight found, for those who join it while it loads: that may take long, and an invalidation may have come. */
  #still(id: string, found: Found): Found {
    if (!('entry' in found)) return found
    const kind = this.parts.local.judgeAgain(id, found.entry)
    return kind === 'expired' ? { kind: 'none', bytes: found.bytes } : { ...found, kind }
  }

  #served<T>({ id, counters, from, give }: Call<T>, answer: Answer): T {
    const { events, clock } = this.parts
    const { tier, stale, entry } = answer
    if (tier === 'memory') {
      entry.hits++
      counters.memoryHits++
    } else counters.redisHits++
    if (stale) counters.staleServed++
    if (events.wantsHits && tier !== 'load')
      events.emitHit({ key: id, tier, stale, ms: clock.precise() - from })
    return give(answer)
  }

  #missed<T>({ id, counters, from }: Call<T>): void {
    const { events, clock, remote } = this.parts
    counters.misses++
    if (remote !== undefined) counters.redisMisses++
    if (events.wants('miss')) events.emit('miss', { key: id, ms: clock.precise() - from })
  }
}

function tookTooLong(id: string, hardMs: number): CacheError {
  return new CacheError(
    'E_TIMEOUT',
    `Loading ${id} took longer than ${hardMs} ms. It goes on behind; raise timeouts.hard if that is normal.`,
    { path: 'timeouts.hard', value: hardMs },
  )
}

/** Counts a hit in memory, and tells of it where somebody listens. */
export function noteHit(key: string, entry: Entry, counters: Counters, events: Events): void {
  entry.hits++
  counters.memoryHits++
  if (events.wantsHits) events.emitHit({ key, tier: 'memory', stale: false, ms: 0 })
}
