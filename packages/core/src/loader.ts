import type { Cancel } from './clock.ts'
import type { Parts } from './engine.ts'
import type { Entry } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Asked, Flight, Flights, Job, Loaded } from './flight.ts'
import { AWAY, type Found, type FoundEntry, NONE } from './found.ts'
import { LoadState } from './load-context.ts'
import { lifetimeOf, type Policy } from './policy.ts'
import type { Lease, Outgoing, Remote } from './remote.ts'
import { LatencyRecorder } from './stats.ts'

/** A load is given up, and its signal aborted, after this many times its hard deadline. */
const ABANDONED_AFTER = 3
const FIRST_POLL_MS = 50
const LAST_POLL_MS = 500
/** Between two questions for one lease, from the second news of it on. */
const WAKE_PAUSE_MS = 25

/** Where a loaded value stands in the order of things. */
interface Origin {
  readonly epoch: string
  readonly s0: number
  readonly born: number
  readonly startedAt: number
  /** What memory had under the key. */
  readonly stood: Entry | undefined
  /** What Redis had, if it may be served as stale. */
  readonly found: Entry | undefined
}

/** What is below a read that found nothing: the right to load, the load, the commit. */
export class Loader {
  readonly latency: LatencyRecorder = new LatencyRecorder()
  readonly #parts: Parts
  readonly #flights: Flights
  readonly #behind: (work: Promise<unknown>) => void
  readonly #loading = new Set<LoadState>()
  #closed = false

  constructor(parts: Parts, flights: Flights, behind: (work: Promise<unknown>) => void) {
    this.#parts = parts
    this.#flights = flights
    this.#behind = behind
  }

  /** Loads a flight's key, and ends the flight. Rejects with what the loader threw. */
  async load(flight: Flight, job: Job, found: Found): Promise<Loaded> {
    const { clock, remote, local } = this.#parts
    const { id, partition } = flight
    const stale = 'entry' in found ? found.entry : local.stale(id)
    const state = new LoadState(job.key, stale?.value, job.policy, job.tags)
    let lease: Lease | undefined
    let stopKeeping: Cancel | undefined
    const abandoned = Promise.withResolvers<never>()
    abandoned.promise.catch(() => {})
    const cancelAbandon = clock.after(job.policy.hardMs * ABANDONED_AFTER, () => {
      state.abort()
      flight.detached = true
      abandoned.reject(givenUp(id, job.policy.hardMs))
    })
    this.#loading.add(state)
    try {
      if (flight.asked?.claim.kind === 'lease') lease = flight.asked.claim.lease
      if (this.#closed) throw closed()
      const claim = await this.#claim(flight, job, found)
      if (claim !== undefined && 'entry' in claim) {
        const { entry, passing } = claim
        local.adopt(id, entry, flight.policy)
        if (!flight.detached && !passing) local.keep(id, entry)
        return { entry, tier: 'redis', killed: false, until: Number.POSITIVE_INFINITY }
      }
      lease = claim
      if (lease !== undefined) stopKeeping = remote?.keep(partition, id, lease)
      flight.s0 = lease?.s0
      const origin: Origin = {
        epoch: lease?.epoch ?? partition.epoch,
        // Not beyond what this instance has heard: a failover may use the numbers up to the lease's again.
        s0: Math.min(lease?.s0 ?? Number.POSITIVE_INFINITY, partition.known),
        born: partition.now,
        startedAt: clock.now(),
        stood: local.memory.peek(id),
        found: 'entry' in found ? found.entry : undefined,
      }
      // A loader that never settles, and heeds no signal, may not keep its load here for ever.
      const value = await Promise.race([this.#run(id, job, state), abandoned.promise])
      // Nothing waits from here on: what is judged, kept and answered is one step.
      const { loaded, filling } = this.#commit(flight, state, value, lease, origin)
      if (filling !== undefined) lease = undefined
      return loaded
    } finally {
      cancelAbandon()
      stopKeeping?.()
      this.#loading.delete(state)
      flight.asked?.waiter.forget()
      this.#flights.remove(flight)
      if (lease !== undefined && remote !== undefined)
        this.#behind(remote.release(partition, id, lease.token))
    }
  }

  /** Looks a flight's key up by asking for its lease at once: one round trip less where Redis has no value. Never rejects. */
  async ask(flight: Flight, remote: Remote): Promise<Found> {
    const asked = await this.#ask(flight, remote, NONE.bytes, false)
    flight.asked = asked
    const { claim } = asked
    if (claim.kind === 'found') return claim.found
    return claim.kind === 'away' ? AWAY : NONE
  }

  /** Aborts the signals of all loads; what they still bring is kept nowhere. */
  close(): void {
    this.#closed = true
    for (const state of this.#loading) state.abort()
  }

  /** A lease; or the value that somebody else loaded meanwhile; or nothing, when Redis is away or others take too long. */
  async #claim(flight: Flight, job: Job, found: Found): Promise<Lease | FoundEntry | undefined> {
    const { remote, clock, random } = this.#parts
    if (remote === undefined || found.kind === 'away') return undefined
    const until = clock.now() + job.policy.hardMs
    let { bytes } = found
    let news = 0
    for (let poll = FIRST_POLL_MS; clock.now() < until;) {
      const { claim, waiter } = flight.asked ?? (await this.#ask(flight, remote, bytes, job.fresh))
      flight.asked = undefined
      if (claim.kind === 'wait') {
        job.elsewhere?.()
        const asked = clock.now()
        const longest = Math.min(claim.leaseMs, poll * (0.5 + random()), Math.max(1, until - asked))
        const isNews = await waiter.wait(longest)
        // The first news is acted on at once. More that bring nothing may be somebody's who wants us to ask and ask.
        const early = asked + WAKE_PAUSE_MS - clock.now()
        if (isNews && news++ > 0 && early > 0) await new Promise<void>(resolve => clock.after(early, resolve))
        poll = Math.min(poll * 2, LAST_POLL_MS)
        continue
      }
      if (claim.kind === 'lease') return claim.lease
      if (claim.kind === 'away') return undefined
      if (claim.found.kind === 'fresh') {
        job.elsewhere?.()
        return claim.found
      }
      bytes = claim.found.bytes
    }
    return undefined
  }

  async #ask(flight: Flight, remote: Remote, bytes: Buffer, force: boolean): Promise<Asked> {
    const waiter = remote.waiter(flight.id)
    const claim = await remote.claim(flight.partition, flight.id, bytes, force)
    if (claim.kind !== 'wait') waiter.forget()
    return { waiter, claim }
  }

  async #run(id: string, job: Job, state: LoadState): Promise<unknown> {
    const { clock, events } = this.#parts
    const from = clock.precise()
    job.counters.loads++
    try {
      const value = await job.load(state)
      const ms = clock.precise() - from
      this.latency.record(ms)
      if (events.wants('load')) events.emit('load', { key: id, ms })
      return value
    } catch (error) {
      job.counters.loadErrors++
      tellFailed(state.policy, id, clock.precise() - from)
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
  ): { readonly loaded: Loaded; readonly filling?: true } {
    const { clock, random, remote, local } = this.#parts
    const { id, partition } = flight
    const { s0, born, epoch, startedAt } = origin
    const { policy, tags } = state
    const now = clock.now()
    const vouched = remote === undefined || partition.trusts(now)
    const until = vouched ? Number.POSITIVE_INFINITY : local.vouchedUntil(startedAt)
    if (value === undefined) return { loaded: { entry: undefined, tier: 'load', killed: false, until } }
    const context = {
      key: id,
      tags,
      loadMs: now - startedAt,
      notModified: state.unchanged && value === state.stale,
      previous: typeof policy.ttl === 'function' ? local.previous(id, origin.found) : undefined,
    }
    const ttl = lifetimeOf(policy, value, context, random)
    const entry = local.make(id, value, ttl, policy, { s0, born, tags })
    const killed = partition.judge({ id, tags, s0, born, loadedHere: true }, epoch) !== 'live'
    const loaded: Loaded = { entry, tier: 'load', killed, until }
    // Whoever is answered with a value that is not kept must not be given, as fresh, what stood in memory before it.
    if ((killed || state.skipped || flight.detached) && local.memory.peek(id) === origin.stood)
      origin.stood?.expire()
    if (state.skipped || this.#closed) return { loaded }
    if ((killed && epoch === partition.epoch) || flight.detached) {
      this.#fenced(flight)
      return { loaded }
    }
    if (!vouched || (remote !== undefined && lease === undefined)) local.vouch(entry, startedAt)
    // What it took to load counts only where a miss in memory is a load; otherwise it is a read from Redis, whatever the value.
    const cost = remote === undefined ? Math.max(1, now - startedAt) : 0
    if (!killed) local.keep(id, entry, cost)
    if (remote === undefined || lease === undefined) {
      this.#tellSet(id, false)
      return { loaded }
    }
    this.#behind(this.#fill(flight, remote, lease, { id, value, ttl, graceMs: policy.graceMs, tags }))
    return { loaded, filling: true }
  }

  async #fill(flight: Flight, remote: Remote, lease: Lease, outgoing: Outgoing): Promise<void> {
    const reply = await remote.fill(flight.partition, lease, outgoing)
    if (reply === 'refused') this.#fenced(flight)
    else this.#tellSet(flight.id, reply === 'stored')
  }

  #fenced({ id, job }: Flight): void {
    const { events } = this.#parts
    if (job !== undefined) job.counters.fenced++
    if (events.wants('fenced')) events.emit('fenced', { key: id })
  }

  #tellSet(key: string, redis: boolean): void {
    const { events } = this.#parts
    if (events.wants('set')) events.emit('set', { key, redis })
  }
}

/** A policy that fails at this must not hide the loader's error. */
function tellFailed({ ttl }: Policy, key: string, loadMs: number): void {
  try {
    if (typeof ttl === 'function') ttl.failed?.({ key, loadMs })
  } catch {}
}

function closed(): CacheError {
  return new CacheError('E_CLOSED', 'The cache was closed before the value was loaded.', { path: 'close' })
}

function givenUp(id: string, hardMs: number): CacheError {
  return new CacheError(
    'E_TIMEOUT',
    `Loading ${id} did not end in ${ABANDONED_AFTER} times ${hardMs} ms and was given up.`,
    {
      path: 'timeouts.hard',
      value: hardMs,
    },
  )
}
