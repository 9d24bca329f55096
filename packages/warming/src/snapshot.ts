import type { Cache, Clock } from '@tiercache/core'
import type { Costs } from './costs.ts'
import { type HotRecord, HotWatch, merge, type Merging } from './hot-keys.ts'
import { prefixOf } from './prefix.ts'

/** How long Redis keeps the hot keys of a service that has stopped. */
const KEPT = '7d'
const KEY = 'hot'
const WEIGHT_UNIT = 16

/** What Redis keeps: names and numbers, no values. */
interface Stored {
  readonly keys: readonly string[]
  /** In sixteenths of a use. */
  readonly weights: readonly number[]
  readonly idles: readonly number[]
  readonly costs: Readonly<Record<string, number>>
}

/** The hot keys of all instances: one list in Redis, which each adds its own to now and then. */
export class Snapshot {
  readonly #cache: Cache
  readonly #space: Cache
  readonly #own: string
  readonly #merging: Merging
  readonly #costs: Costs
  readonly #clock: Clock
  readonly #watch = new HotWatch()
  #lookedAt: number

  /** `space` is a namespace for what is kept. */
  constructor(cache: Cache, space: Cache, merging: Merging, costs: Costs) {
    this.#cache = cache
    this.#space = space
    this.#own = prefixOf(space)
    this.#merging = merging
    this.#costs = costs
    this.#clock = cache.clock
    this.#lookedAt = this.#clock.now()
  }

  /** The hot keys of all instances up to their last saves, best first. */
  async read(): Promise<HotRecord[]> {
    const found = await this.#space.getEntry(KEY)
    if (found === undefined || !isStored(found.value)) return []
    const { keys, weights, idles, costs } = found.value
    this.#costs.learn(costs)
    const records = keys.map((key, i) => ({
      key,
      weight: (weights[i] ?? 0) / WEIGHT_UNIT,
      idleMs: idles[i] ?? 0,
    }))
    return merge(records, found.ageMs, [], this.#merging)
  }

  /**
   * Adds what was used here since the last call. Resolves with the number of keys kept, `undefined` where there is nothing to keep or no Redis to keep it. Two
   * instances that save at the same moment may lose one's share of that moment. Rejects with `E_REDIS`.
   */
  async save(): Promise<number | undefined> {
    if (this.#cache.stats().coherence !== 'coherent') return undefined
    const now = this.#clock.now()
    const used = this.#watch.look(this.#hotKeys(), Math.max(1, now - this.#lookedAt))
    this.#lookedAt = now
    const records = merge(await this.read(), 0, used, this.#merging)
    if (records.length === 0) return undefined
    const stored: Stored = {
      keys: records.map(({ key }) => key),
      weights: records.map(({ weight }) => Math.round(weight * WEIGHT_UNIT)),
      idles: records.map(({ idleMs }) => Math.round(idleMs)),
      costs: this.#costs.all(),
    }
    // Not deferred: that would take away what the others have saved meanwhile.
    await this.#space.set(KEY, stored, {
      ttl: { memory: '1s', redis: KEPT },
      jitter: 0,
      grace: 0,
      strict: true,
    })
    return records.length
  }

  /** These were brought into memory by nobody who used them. */
  ignore(keys: Iterable<string>): void {
    this.#watch.ignore(keys)
  }

  *#hotKeys(): Generator<{ readonly key: string; readonly hits: number }, undefined> {
    for (const hot of this.#cache.hotKeys()) if (!hot.key.startsWith(this.#own)) yield hot
  }
}

/** Anybody who may write to Redis could have written it. */
function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false
  const { keys, weights, idles, costs } = value as Partial<Record<keyof Stored, unknown>>
  const numbers = (list: unknown): boolean =>
    Array.isArray(list) &&
    list.every(one => typeof one === 'number' && one >= 0 && one < Number.POSITIVE_INFINITY)
  return (
    Array.isArray(keys) &&
    keys.every(key => typeof key === 'string') &&
    numbers(weights) &&
    numbers(idles) &&
    typeof costs === 'object' &&
    costs !== null &&
    numbers(Object.values(costs))
  )
}
