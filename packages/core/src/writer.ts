import { nameCount } from './coherence/journal.ts'
import { partitionOf } from './coherence/slots.ts'
import { inSteps } from './coherence/steps.ts'
import type { Outcome, Partition } from './coherence/partition.ts'
import type { Engine } from './engine.ts'
import { CacheError } from './errors.ts'
import { type Life, lifetimeOf, type Policy, type PreviousValue } from './policy.ts'
import type { Counters } from './stats.ts'
import type { StoredTail, Targets } from './store.ts'

/** What became of a call that stores or invalidates. */
export interface Invalidation {
  /**
   * `committed`: Redis has it, and every other instance obeys it within Δ. `deferred`: Redis could not be reached; this instance obeys it
   * already and replays it when Redis is back.
   */
  readonly status: 'committed' | 'deferred'
  /** Resolves when it is committed. Rejects if the cache closes before. */
  readonly done: Promise<void>
}

/** A value to store. */
export interface Writing {
  readonly id: string
  readonly value: unknown
  readonly policy: Policy
  readonly tags: readonly string[]
}

interface Prepared extends Writing {
  readonly ttl: Life
  readonly tail: StoredTail | undefined
}

/** Keys that one step takes. */
const STEP = 500
const DONE = Promise.resolve()
const COMMITTED: Invalidation = Object.freeze({ status: 'committed', done: DONE })

/** The write path: everything that changes what instances may serve goes through the log of its partition. */
export class Writer {
  sent = 0
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Stores values, and invalidates what stood under their keys. Throws `CacheError` `E_VALUE` before anything is changed. */
  async set(writings: readonly Writing[], strict: boolean, counters: Counters): Promise<Invalidation> {
    this.#open()
    const { local, clock } = this.#engine.parts
    const groups = Map.groupBy(writings, one => local.partition(one.id))
    // Redis's time, by which a value ends, is known from the first SYNC on.
    for (const partition of groups.keys())
      if (partition.epoch === '') await partition.ensureTrust(clock.now())
    const prepared = [...groups].map(([partition, group]) => ({
      partition,
      group: group.map(one => this.#prepare(one)),
    }))
    const outcomes = this.#track(
      Promise.all(prepared.map(({ partition, group }) => this.#storeAll(partition, group, strict))),
    )
    counters.sets += writings.length
    return combined((await outcomes).flat())
  }

  /** Invalidates. Tags and prefixes concern every partition, and are committed when all of them have it. */
  async invalidate(targets: Targets, strict: boolean): Promise<Invalidation> {
    this.#open()
    const { events, clock } = this.#engine.parts
    this.sent++
    const from = clock.precise()
    const tell = (status: 'committed' | 'deferred' | 'failed'): void => {
      if (events.wants('invalidate')) {
        events.emit('invalidate', { ...targets, remote: false, status, ms: clock.precise() - from })
      }
    }
    try {
      const result = combined(await this.#track(this.#invalidateAll(targets, strict)))
      tell(result.status)
      return result
    } catch (error) {
      tell('failed')
      throw error
    }
  }

  async #invalidateAll(targets: Targets, strict: boolean): Promise<Outcome[]> {
    const { partitions } = this.#engine.parts.local
    const [only] = partitions
    if (only !== undefined && partitions.length === 1) return invalidateIn(only, targets, strict)
    const keys = Map.groupBy(targets.keys, id => partitionOf(id, partitions.length))
    const calls = partitions.map(one =>
      invalidateIn(one, { ...targets, keys: keys.get(one.index) ?? [] }, strict),
    )
    return (await Promise.all(calls)).flat()
  }

  /** `close` waits for calls under way. */
  #track<T>(calls: Promise<T>): Promise<T> {
    this.#engine.behind(calls.catch(() => {}))
    return calls
  }

  #prepare(writing: Writing): Prepared {
    const { id, value, policy, tags } = writing
    const { random, remote } = this.#engine.parts
    if (value === undefined) {
      throw new CacheError(
        'E_VALUE',
        `${id}: undefined means "absent" and cannot be stored. Use null, or delete the key.`,
        { path: 'value' },
      )
    }
    const previous = typeof policy.ttl === 'function' ? this.#replaced(id) : undefined
    const context = { key: id, tags, loadMs: 0, notModified: false, previous }
    const ttl = lifetimeOf(policy, value, context, random)
    const tail = remote?.seal(this.#engine.parts.local.partition(id), {
      id,
      value,
      ttl,
      graceMs: policy.graceMs,
      tags,
    })
    return { ...writing, ttl, tail }
  }

  /** What a `set` replaces, which it invalidates. */
  #replaced(id: string): PreviousValue | undefined {
    const previous = this.#engine.parts.local.previous(id)
    return previous && { ...previous, invalidatedMs: previous.invalidatedMs ?? previous.ageMs }
  }

  /** One step after another, so that Redis can serve others in between and each ends in time. */
  async #storeAll(partition: Partition, group: readonly Prepared[], strict: boolean): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const some of inSteps(group, STEP, one => one.id))
      outcomes.push(await this.#store(partition, some, strict, outcomes))
    return outcomes
  }

  async #store(
    partition: Partition,
    group: readonly Prepared[],
    strict: boolean,
    before: readonly Outcome[],
  ): Promise<Outcome> {
    const { clock, local, events } = this.#engine.parts
    const targets = { keys: group.map(one => one.id), tags: [], prefixes: [], soft: false }
    const tails = group.flatMap(({ tail }) => tail ?? [])
    const calledAt = clock.now()
    const calling = step(partition, targets, tails.length > 0 ? tails : undefined, strict, before)
    // Invalidations called from here on are newer than these values, even while this call is under way.
    const born = partition.now
    const outcome = await calling
    const committed = outcome.status === 'committed'
    const { epoch } = committed ? outcome : partition
    const s0 = committed ? outcome.seq : partition.known
    for (const { id, value, ttl, policy, tags } of group) {
      const entry = local.make(id, value, ttl, policy, { s0, born, tags })
      if (!committed) local.vouch(entry, calledAt)
      if (partition.judge({ id, tags, s0, born, loadedHere: true }, epoch) === 'live') local.keep(id, entry)
      if (events.wants('set')) events.emit('set', { key: id, redis: committed && outcome.stored })
    }
    return outcome
  }

  #open(): void {
    if (this.#engine.closed) throw new CacheError('E_CLOSED', 'The cache is closed.', { path: 'close' })
  }
}

async function invalidateIn(partition: Partition, targets: Targets, strict: boolean): Promise<Outcome[]> {
  if (nameCount(targets) === 0) return []
  if (targets.keys.length <= 1) return [await partition.invalidate(targets, undefined, strict)]
  const [first = [], ...rest] = inSteps(targets.keys, STEP, id => id)
  const outcomes = [await partition.invalidate({ ...targets, keys: first }, undefined, strict)]
  for (const keys of rest)
    outcomes.push(
      await step(partition, { ...targets, keys, tags: [], prefixes: [] }, undefined, strict, outcomes),
    )
  return outcomes
}

/** One step of a call of several: once Redis has not taken one, the rest does not wait for it as well. */
async function step(
  partition: Partition,
  targets: Targets,
  tails: readonly StoredTail[] | undefined,
  strict: boolean,
  before: readonly Outcome[],
): Promise<Outcome> {
  const last = before.at(-1)
  return last?.status === 'deferred'
    ? partition.defer(targets, last.cause)
    : partition.invalidate(targets, tails, strict)
}

function combined(outcomes: readonly Outcome[]): Invalidation {
  const waiting = outcomes.flatMap(outcome => (outcome.status === 'deferred' ? [outcome.done] : []))
  if (waiting.length === 0) return COMMITTED
  const done = Promise.all(waiting).then(() => {})
  done.catch(() => {}) // whoever holds the result may not look at it
  return { status: 'deferred', done }
}
