import { anyValue, freshValue } from './answer.ts'
import { type Engine, noteHit } from './engine.ts'
import { CacheError, shown } from './errors.ts'
import type { Job } from './flight.ts'
import type { Key } from './key.ts'
import type { Policy } from './policy.ts'
import type { Counters } from './stats.ts'

/*
 * Many keys at once take the path of one key each, side by side: they join flights and are joined, keep their deadlines and their
 * stale values. What is shared is the command that looks them up and the call that loads what is missing.
 */

/** Values of ids in their order; `undefined` where there is no fresh one. */
export async function getMany(
  engine: Engine,
  ids: readonly string[],
  policyOf: (id: string) => Policy,
  counters: Counters,
): Promise<unknown[]> {
  const trusting = engine.ensureTrust(ids)
  if (trusting !== undefined) await trusting
  launch(engine, ids, policyOf, () => undefined)
  return Promise.all(ids.map(id => readFast(engine, id, policyOf, undefined, counters)))
}

/** As `getMany`; what is missing is loaded in one call. */
export async function getOrSetMany(
  engine: Engine,
  ids: readonly string[],
  keys: readonly Key[],
  loadMissing: (keys: Key[]) => unknown,
  settings: (id: string) => Omit<Job, 'key' | 'load'>,
): Promise<unknown[]> {
  const trusting = engine.ensureTrust(ids)
  if (trusting !== undefined) await trusting
  const batch = new Batch(loadMissing)
  const jobs = new Map<string, Job>()
  for (const [i, id] of ids.entries()) {
    const key = keys[i]
    if (key === undefined || jobs.has(id)) continue
    const shared = settings(id)
    jobs.set(id, { ...shared, key, load: () => batch.load(id, key), elsewhere: () => batch.leave(id) })
  }
  const missing = [...jobs].filter(([id, job]) => job.fresh || !engine.parts.local.has(id))
  for (const [id] of missing) batch.expect(id)
  const policyOf = (id: string): Policy => jobs.get(id)?.policy ?? settings(id).policy
  if (missing.every(([, job]) => !job.fresh))
    launch(
      engine,
      missing.map(([id]) => id),
      policyOf,
      id => jobs.get(id),
    )
  const reads = new Map(
    [...jobs].map(([id, job]) => {
      const reading = readFast(engine, id, policyOf, job, job.counters)
      // Whatever ends a key's read without loading it must not keep the others waiting.
      reading.then(
        () => batch.leave(id),
        () => batch.leave(id),
      )
      return [id, reading] as const
    }),
  )
  // Somebody else's flight loads these.
  for (const [id, job] of missing) if (engine.flights.get(id)?.job !== job) batch.leave(id)
  return Promise.all(ids.flatMap(id => reads.get(id) ?? []))
}

async function readFast(
  engine: Engine,
  id: string,
  policyOf: (id: string) => Policy,
  job: Job | undefined,
  counters: Counters,
): Promise<unknown> {
  const entry = job?.fresh ? undefined : engine.parts.local.hit(id)
  if (entry !== undefined) {
    noteHit(id, entry, counters, engine.parts.events)
    return entry.value
  }
  return engine.read(id, policyOf(id), job, counters, job === undefined ? freshValue : anyValue)
}

function launch(
  engine: Engine,
  ids: readonly string[],
  policyOf: (id: string) => Policy,
  jobOf: (id: string) => Job | undefined,
): void {
  const absent = [...new Set(ids)].filter(id => !engine.parts.local.has(id))
  const groups = Map.groupBy(absent, id => engine.parts.local.partition(id))
  for (const [partition, group] of groups) {
    engine.launchMany(partition, policyOf, new Map(group.map(id => [id, jobOf(id)])))
  }
}

/**
 * Collects the keys of one bulk call that reach their load, and loads them together once each of the others is known to get its value
 * from elsewhere. A key that comes back later, because the one it waited for failed, is loaded alone.
 */
class Batch {
  readonly #load: (keys: Key[]) => unknown
  readonly #expected = new Set<string>()
  readonly #arrived = new Map<string, { readonly key: Key; readonly value: PromiseWithResolvers<unknown> }>()

  constructor(load: (keys: Key[]) => unknown) {
    this.#load = load
  }

  expect(id: string): void {
    this.#expected.add(id)
  }

  load(id: string, key: Key): Promise<unknown> {
    const value = Promise.withResolvers<unknown>()
    this.#arrived.set(id, { key, value })
    this.leave(id)
    return value.promise
  }

  leave(id: string): void {
    this.#expected.delete(id)
    if (this.#expected.size === 0 && this.#arrived.size > 0) void this.#run()
  }

  async #run(): Promise<void> {
    const batch = [...this.#arrived.values()]
    this.#arrived.clear()
    try {
      const values = listOf(
        await this.#load(batch.map(({ key }) => key)),
        batch.map(({ key }) => key),
      )
      for (const [i, { value }] of batch.entries()) value.resolve(values[i])
    } catch (error) {
      for (const { value } of batch) value.reject(error)
    }
  }
}

function listOf(values: unknown, keys: readonly Key[]): readonly unknown[] {
  if (values instanceof Map) return keys.map(key => values.get(key))
  if (Array.isArray(values) && values.length === keys.length) return values
  const got = Array.isArray(values) ? `${values.length} values` : shown(values)
  throw new CacheError(
    'E_VALUE',
    `loadMissing must give ${keys.length} values in the order of its keys, or a Map by key; it gave ${got}.`,
    {
      path: 'loadMissing',
    },
  )
}
