import { createTier, type Eviction } from '../../../../packages/core/src/memory/create-tier.ts'
import { hashUnder } from '../../../../packages/core/src/memory/hash.ts'
import type { MemoryTier } from '../../../../packages/core/src/memory/tier.ts'
import { Forecast, type Prediction, Trail } from '../../../../packages/warming/src/predict/forecast.ts'
import type { Trace } from '../trace.ts'

/** How a trace is replayed. */
export interface Setting {
  /** Entries of the memory tier. */
  readonly entries: number
  readonly eviction: Eviction
  /** Reads ahead; 0: nothing is predicted. */
  readonly depth: number
  /** Time from an answer to the next read, in round trips to Redis. `Infinity`: what is fetched is always there by then. */
  readonly think: number
  readonly keys: number
  readonly precision: number
}

/** What readers met. */
export interface Outcome {
  readonly reads: number
  /** Reads that memory could not answer at once. */
  readonly misses: number
  /** Time readers waited, in round trips: 1 for a miss, less for what was under way. */
  readonly waits: number
  readonly predicted: number
  readonly prefetched: number
  /** Fetched keys that were asked for in time. */
  readonly used: number
}

/** As the predictor's own. */
const HORIZON = 1000
// The same each time: a figure must not depend on chance.
const tierHash = hashUnder(0x5eed, 0xcafe)
const keyHash = hashUnder(0xf0, 0x0d)

/**
 * Replays a trace as one row of reads, each of which begins when the one before is answered, over a memory in front of a Redis that has
 * everything. A trace does not tell requests apart, so this is what `context: 'process'` sees.
 */
export function replay({ keys, unique }: Trace, setting: Setting): Outcome {
  const { entries, depth, think } = setting
  const ids = Array.from({ length: unique }, (_, key) => `k${key}`)
  const tier = memoryOf(setting.eviction, entries)
  const under: { readonly due: number; readonly prediction: Prediction }[] = []
  const dues = new Map<string, number>()
  let now = 0
  const forecast =
    depth === 0
      ? undefined
      : new Forecast(
          {
            keys: setting.keys,
            precision: setting.precision,
            depth,
            horizon: HORIZON,
            hash: key => keyHash(key) | 0,
          },
          {
            holds: key => tier.peek(key) !== undefined,
            fetch: prediction => {
              under.push({ due: now + 1, prediction })
              dues.set(prediction.key, now + 1)
              return true
            },
            onChange: () => {},
          },
        )
  const land = (): void => {
    for (let [first] = under; first !== undefined && first.due <= now; [first] = under) {
      under.shift()
      const { prediction } = first
      if (dues.delete(prediction.key)) tier.set(prediction.key, VALUE)
      forecast?.landed(prediction, true)
    }
  }
  const trail = new Trail()
  let [misses, waits] = [0, 0]
  for (const key of keys) {
    // In a memory of nothing but numbers no time passes by itself.
    now = think === Infinity ? now + 1 : now + think
    land()
    const id = ids[key] ?? ''
    const held = tier.get(id) !== undefined
    if (!held) {
      const wait = Math.min(1, (dues.get(id) ?? Infinity) - now)
      misses++
      waits += wait
      now += wait
      dues.delete(id)
      tier.set(id, VALUE)
    }
    forecast?.read(id, held ? 'memory' : 'redis', trail)
  }
  const { predicted, prefetched, used } = forecast?.counts ?? NOTHING
  return { reads: keys.length, misses, waits, predicted, prefetched, used }
}

const VALUE = { bytes: 1 }
const NOTHING = { predicted: 0, prefetched: 0, used: 0 }

function memoryOf(eviction: Eviction, maxEntries: number): MemoryTier<{ bytes: number }> {
  return createTier<{ bytes: number }>(eviction, tierHash, {
    maxEntries,
    maxBytes: undefined,
    onEvict: () => {},
    weigh: ({ bytes }) => bytes,
  })
}
