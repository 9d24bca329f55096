import type { TtlContext, TtlPolicy } from '@tiercache/core'
import type { Workload } from './workloads.ts'

/** What a policy brought on a workload. */
export interface Outcome {
  readonly reads: number
  readonly loads: number
  /** Reads served a value that had changed. */
  readonly stale: number
  readonly loadShare: number
  readonly staleShare: number
  /** How long the values served had been out of date, averaged over all reads, in ms. */
  readonly meanStaleAgeMs: number
}

/** What a policy returns here: ms, with or without state. */
type Decided = number | { readonly ttl: number; readonly state: Uint8Array }

/**
 * Replays reads against one tier without limits and an origin that answers at once. The value of a key is the number of its changes so far. A policy
 * sees what it would see in a cache.
 */
export function simulate(workload: Workload, policy: TtlPolicy<number>): Outcome {
  const { keys, times, changes } = workload
  const count = changes.length
  const loadedAt = new Float64Array(count).fill(-1)
  const freshUntil = new Float64Array(count)
  const version = new Uint32Array(count)
  const hits = new Uint32Array(count)
  const states: (Uint8Array | undefined)[] = Array.from({ length: count })
  let [loads, stale, staleMs] = [0, 0, 0]
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    const now = times[i] ?? 0
    const own = changes[key] ?? NONE
    let seen = version[key] ?? 0
    if (now < (freshUntil[key] ?? 0)) {
      hits[key] = (hits[key] ?? 0) + 1
      const next = own[seen] ?? Infinity
      if (next <= now) {
        stale++
        staleMs += now - next
      }
      continue
    }
    while ((own[seen] ?? Infinity) <= now) seen++
    const since = loadedAt[key] ?? -1
    const context: TtlContext = {
      key: `k${key}`,
      tags: NO_TAGS,
      loadMs: 0,
      notModified: false,
      previous:
        since < 0
          ? undefined
          : {
              ageMs: now - since,
              ttlMs: (freshUntil[key] ?? 0) - since,
              hits: hits[key],
              invalidatedMs: undefined,
              state: states[key],
            },
    }
    const decided = policy(seen, context) as Decided
    const ttl = typeof decided === 'number' ? decided : decided.ttl
    loads++
    loadedAt[key] = now
    freshUntil[key] = now + ttl
    version[key] = seen
    hits[key] = 0
    states[key] = typeof decided === 'number' ? undefined : decided.state
  }
  const reads = keys.length
  return {
    reads,
    loads,
    stale,
    loadShare: loads / reads,
    staleShare: stale / reads,
    meanStaleAgeMs: staleMs / reads,
  }
}

const NONE = new Float64Array()
const NO_TAGS: readonly string[] = []
