import { type Cache, createCache } from '@tiercache/core'
import { type FakeRedis, fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import { createWarmer } from '@tiercache/warming'

/** How a trace is replayed over a restart. */
export interface ReplayOptions {
  /** Entries of the memory tier. */
  readonly capacity: number
  /** Where in the trace the restart is, as a share of it. */
  readonly restartAt: number
  /** Requests between two saves of the hot keys, as a share of the capacity; each save is a minute of the cache's time. */
  readonly saveEvery: number
  /** Whether the process is told to stop, and saves a last time, or is killed. */
  readonly killed: boolean
  /** What memory drops. */
  readonly eviction: 'lru' | 'adaptive'
}

/** What readers of an instance meet after the restart. */
interface Aftermath {
  /** Misses of memory in the first `capacity` requests. */
  readonly misses: number
  /** Requests until the share of hits in the window reaches 90 % of the steady one; `Infinity`: not in this trace. */
  readonly requestsTo90: number
  /** The share of hits in the window that ends after so many requests: those in capacities, and percent. */
  readonly hits: readonly (readonly [requests: number, percent: number])[]
}

export interface Replay {
  readonly capacity: number
  /** Requests whose hits are counted together; no time below it can be told. */
  readonly window: number
  /** The share of hits without a restart. */
  readonly steady: number
  readonly kept: Aftermath
  readonly cold: Aftermath
  readonly warm: Aftermath
}

/** Requests before the restart that are replayed, in capacities: what lies before has no more say. */
const RUN_UP = 25
const LOOKED_AT = 3
const LEAST_WINDOW = 200
/** Points of a line in a plot, for each capacity. */
const POINTS = 20

/**
 * Replays a trace through real caches over a stand-in for Redis: one that goes on, one that begins empty, and one that is warmed from the
 * hot keys the first had saved.
 */
export async function replay(
  trace: readonly number[],
  options: ReplayOptions,
  at: (share: number, what: string) => void = () => {},
): Promise<Replay> {
  const { capacity, restartAt, saveEvery, killed, eviction } = options
  const window = Math.max(LEAST_WINDOW, Math.round(capacity / 5))
  const restart = Math.floor(trace.length * restartAt)
  const before = trace.slice(Math.max(0, restart - RUN_UP * capacity), restart)
  const after = trace.slice(restart, restart + LOOKED_AT * capacity + window)
  const clock = manualClock()
  const redis = fakeRedis({ clock })

  const openOne = (): Promise<Cache> => open(redis, clock, capacity, eviction)

  const whole = await openOne()
  const first = createWarmer(whole, { snapshot: { keys: capacity, every: '7d', restore: false } })
  await first.ready()
  const step = Math.max(1, Math.round(saveEvery * capacity))
  for (let from = 0; from < before.length; from += step) {
    at((from / before.length) * 0.8, 'before the restart')
    await read(whole, before.slice(from, from + step))
    clock.leap('1m')
    if (from + step <= before.length) await first.save()
  }
  if (!killed) await first.stop()
  at(0.8, 'not restarted')
  const goesOn = await read(whole, after)
  const steady = 1 - count(goesOn) / goesOn.length

  at(0.87, 'cold')
  const empty = await read(await openOne(), after)

  at(0.94, 'warmed')
  const again = await openOne()
  const warmer = createWarmer(again, { snapshot: { keys: capacity, every: '7d', critical: true } })
  await warmer.ready()
  const warmed = await read(again, after)
  const aftermath = (missed: readonly boolean[]): Aftermath => ({
    misses: count(missed.slice(0, capacity)),
    requestsTo90: requestsUntil(missed, 0.9 * steady, window),
    hits: hitsOf(missed, window, capacity),
  })
  return {
    capacity,
    window,
    steady,
    kept: aftermath(goesOn),
    cold: aftermath(empty),
    warm: aftermath(warmed),
  }
}

async function open(
  redis: FakeRedis,
  clock: ManualClock,
  capacity: number,
  eviction: 'lru' | 'adaptive',
): Promise<Cache> {
  const cache = createCache({
    redis,
    clock,
    ttl: '7d',
    jitter: 0,
    maxStaleness: '7d',
    // A limit of bytes would make an adaptive tier weigh what values take.
    memory: { maxEntries: capacity, eviction, ...(eviction === 'lru' && { maxBytes: '4gb' }) },
  })
  await cache.ready()
  return cache
}

/** For each request whether memory lacked it. */
async function read(cache: Cache, keys: readonly number[]): Promise<boolean[]> {
  const missed: boolean[] = []
  for (const id of keys) {
    const key = String(id)
    const missing = cache.getSync(key) === undefined
    missed.push(missing)
    if (missing) await cache.getOrSet(key, () => id)
  }
  await cache.idle()
  return missed
}

function count(missed: readonly boolean[]): number {
  return missed.filter(Boolean).length
}

function requestsUntil(missed: readonly boolean[], goal: number, window: number): number {
  let hits = 0
  for (const [i, miss] of missed.entries()) {
    if (!miss) hits++
    if (i >= window && missed[i - window] === false) hits--
    if (i + 1 >= window && hits / window >= goal) return i + 1
  }
  return Number.POSITIVE_INFINITY
}

function hitsOf(missed: readonly boolean[], window: number, capacity: number): Aftermath['hits'] {
  const step = Math.max(1, Math.round(capacity / POINTS))
  const points: [number, number][] = []
  for (let end = window; end <= missed.length; end += step) {
    const hits = window - count(missed.slice(end - window, end))
    points.push([Math.round((end / capacity) * 100) / 100, Math.round((hits / window) * 1000) / 10])
  }
  return points
}
