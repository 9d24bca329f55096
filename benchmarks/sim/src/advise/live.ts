import { systemClock } from '../../../../packages/core/src/clock.ts'
import type { Advice } from '../../../../packages/core/src/memory/advisor/advice.ts'
import type { Watched } from '../../../../packages/core/src/memory/advisor/advisor.ts'
import { createAdvisor, type SizeRange } from '../../../../packages/core/src/memory/advisor/create-advisor.ts'
import { createTier, type Eviction } from '../../../../packages/core/src/memory/create-tier.ts'
import { hashUnder, quickHash } from '../../../../packages/core/src/memory/hash.ts'
import { type Limits, weightOf } from '../../../../packages/core/src/memory/tier.ts'
import type { Trace } from '../trace.ts'

/** A memory as a cache has it. */
export interface Setting {
  readonly eviction: Eviction
  readonly limits: Limits
  readonly range: SizeRange
}

/** What a replay took, and what the advisor said after it, if one looked on. */
export interface Live {
  /** Of each batch of reads. */
  readonly ns: Float64Array
  readonly advice: Advice | undefined
}

/** Reads that are timed together: fewer than what another process would interrupt. */
const BATCH = 4096
/** As the engine has it while nothing is invalidated. */
const TRUST = { generation: 0 }

/** The keys of a trace as texts, each made of bytes so that it is one piece: a text put together is a tree until somebody reads it. */
export function idsOf({ unique }: Trace): string[] {
  return Array.from({ length: unique }, (_, key) => Buffer.from(`tiercache:key:${key}`).toString('latin1'))
}

/** What each value of a trace weighs in memory. */
export function weightsOf({ sizes }: Trace, ids: readonly string[]): Float64Array {
  return Float64Array.from(ids, (id, key) => weightOf({ bytes: Math.max(1, sizes?.[key] ?? 1) }, id))
}

/** Replays a trace over the very tier and advisor of a cache, asked as the engine asks them; a miss is followed by its value at once. */
export function replayLive(
  trace: Trace,
  ids: readonly string[],
  { eviction, limits, range }: Setting,
  advised: boolean,
): Live {
  const { keys, sizes } = trace
  const memory = createTier<Watched>(eviction, hashUnder(0x5eed, 0xcafe), {
    ...limits,
    onEvict: () => {},
    weigh: weightOf,
  })
  let reads = 0
  const now = systemClock.now()
  const advisor = advised
    ? createAdvisor({ eviction, limits, range, hash: quickHash(0xad715e), reads: () => reads, now })
    : undefined
  const ns = new Float64Array(Math.ceil(keys.length / BATCH))
  for (let batch = 0; batch < ns.length; batch++) {
    const from = process.hrtime.bigint()
    for (const key of keys.subarray(batch * BATCH, (batch + 1) * BATCH)) {
      const id = ids[key] ?? ''
      reads++
      const kept = memory.get(id)
      if (kept !== undefined) {
        if (kept.checked === kept.trust.generation) continue
        if (advisor?.hitKnown(kept, now) !== true) advisor?.hit(id, kept, now)
        continue
      }
      advisor?.missed(id, false, Infinity, now)
      const bytes = Math.max(1, sizes?.[key] ?? 1)
      const entry = { bytes, checked: TRUST.generation, freshUntil: Infinity, trust: TRUST }
      advisor?.keep(id, entry, 0)
      memory.set(id, entry)
    }
    ns[batch] = Number(process.hrtime.bigint() - from)
  }
  return { ns, advice: advisor?.advise(memory, now) }
}
