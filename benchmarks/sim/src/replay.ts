import { createTier, type Eviction } from '../../../packages/core/src/memory/create-tier.ts'
import { hashUnder } from '../../../packages/core/src/memory/hash.ts'
import { optimum } from './optimum.ts'
import type { Trace } from './trace.ts'

/** The policies of core, and the optimum that no policy reaches. */
export type PolicyName = Eviction | 'opt'
export const POLICIES: readonly PolicyName[] = ['lru', 'adaptive', 'size-aware', 'opt']

/** What a memory holds, in entries or in bytes. */
export type Size = { readonly entries: number } | { readonly bytes: number }

/** What a replay found. */
export interface Replayed {
  /** The share of reads answered. */
  readonly hitRatio: number
  /** The share of bytes read that were answered; as `hitRatio` where the trace tells no sizes. */
  readonly byteHitRatio: number
}

// The same each time: a figure must not depend on chance.
const hash = hashUnder(0x5eed, 0xcafe)
const UNBOUNDED = 100_000_000

/** Replays a trace over a memory that is filled with what it lacks. `undefined` where the policy has no such limit. */
export function replay(trace: Trace, policy: PolicyName, size: Size): Replayed | undefined {
  if (policy === 'opt') {
    if (!('entries' in size)) return undefined
    const hitRatio = optimum(trace, size.entries)
    return { hitRatio, byteHitRatio: hitRatio }
  }
  const { keys, unique, sizes } = trace
  const ids = Array.from({ length: unique }, (_, key) => `k${key}`)
  const values = Array.from({ length: unique }, (_, key) => ({ bytes: Math.max(1, sizes?.[key] ?? 1) }))
  const tier = createTier<{ bytes: number }>(policy, hash, {
    maxEntries: 'entries' in size ? size.entries : Math.min(unique, UNBOUNDED),
    maxBytes: 'bytes' in size ? size.bytes : undefined,
    onEvict: () => {},
    weigh: ({ bytes }) => bytes,
  })
  let [hits, bytesHit, bytesRead] = [0, 0, 0]
  for (const key of keys) {
    const id = ids[key] ?? ''
    const value = values[key] ?? { bytes: 1 }
    bytesRead += value.bytes
    if (tier.get(id) === undefined) {
      tier.set(id, value)
      continue
    }
    hits++
    bytesHit += value.bytes
  }
  return { hitRatio: hits / keys.length, byteHitRatio: bytesHit / bytesRead }
}
