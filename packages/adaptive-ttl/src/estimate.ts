import { type Learnt, MOST_SAMPLES } from './key-state.ts'

/** What one load tells of the time since the load before. */
export interface Observation {
  /** Time since the load before, in ms. */
  readonly spanMs: number
  /** Whether the value is another one; `undefined` where that cannot be told. */
  readonly changed: boolean | undefined
  /** For how long after the load before it is known not to have changed, where `changed` and that is known. */
  readonly unchangedMs: number | undefined
  /** Reads in `watchedMs`, without the one that loads now. */
  readonly hits: number
  /** For how long reads were counted, in ms; 0: they were not. */
  readonly watchedMs: number
}

/** The least part of its way that an estimate goes by one load: what is old is forgotten. */
const SLOWEST = 0.2
/** One long interval without a change says no more than this. */
const WORST = -3
const FADE = 0.8
/** Between one change in a ms and one in a hundred years. */
const LOG_MOST = 0
const LOG_LEAST = -Math.log(100 * 365 * 86_400_000)

/**
 * Follows the change rate of a key by steps along the gradient of the likelihood of what was seen, in ln λ, and its read rate by a fading
 * mean. Irregular intervals are right by themselves, and what is old is forgotten.
 */
export function observe(before: Learnt, seen: Observation): Learnt {
  const watched = seen.watchedMs > 0
  const reads = watched ? FADE * before.reads + seen.hits + 1 : before.reads
  const spanMs = watched ? FADE * before.spanMs + seen.watchedMs : before.spanMs
  if (seen.changed === undefined) return { ...before, reads, spanMs }
  const rate = Math.max(SLOWEST, 1 / (1 + before.samples / 2))
  const logChanges = before.logChanges + rate * gradient(Math.exp(before.logChanges), seen)
  return {
    logChanges: Math.min(LOG_MOST, Math.max(LOG_LEAST, logChanges)),
    reads,
    spanMs,
    samples: Math.min(before.samples + 1, MOST_SAMPLES),
  }
}

function gradient(changes: number, { changed, unchangedMs, spanMs }: Observation): number {
  if (!changed) return Math.max(WORST, -changes * spanMs)
  if (unchangedMs !== undefined) return Math.max(WORST, 1 - changes * Math.min(unchangedMs, spanMs))
  const z = changes * spanMs
  return z < 1e-6 ? 1 : z / Math.expm1(z)
}
