import type { Engine } from './engine.ts'
import { freshness } from './entry.ts'
import { stampOf } from './local.ts'
import type { EntryView } from './cache.ts'
import type { Policy, TtlExplanation } from './policy.ts'

/** What a tier has under a key. */
export type TierView = Omit<EntryView, 'tier'>

/** What both tiers have under a key. */
export interface Explanation {
  /** The key as it stands in every tier, namespaces in front. */
  readonly key: string
  /** Where a read would be answered from now. */
  readonly answer: 'memory' | 'redis' | 'stale' | 'miss'
  /** Why, in words. */
  readonly reason: string
  readonly memory: TierView | undefined
  readonly redis: TierView | undefined
  /** The last invalidation known here that concerns the key, as a position of the log; `undefined` if none is remembered. */
  readonly invalidatedAt: number | undefined
  /** Whether an invalidation called here waits for Redis. */
  readonly pending: boolean
  readonly coherent: boolean
  /** What the ttl policy of the key, as in the options of the cache, has learnt of it; `undefined` if it learns nothing. */
  readonly ttl: TtlExplanation | undefined
}

/** See `Cache.explain`. It changes nothing, and counts as no read. */
export async function explain(engine: Engine, id: string, { ttl }: Policy): Promise<Explanation> {
  const { remote, clock } = engine.parts
  const { memory } = engine.parts.local
  const partition = engine.parts.local.partition(id)
  const now = clock.now()
  const entry = memory.peek(id)
  const found = await remote?.read(partition, id, one => one)
  const inRedis = found?.kind === 'fresh' || found?.kind === 'stale' ? found.entry : undefined
  const coherent = partition.trusts(now)
  const verdict = entry && partition.judge(stampOf(id, entry), partition.epoch)
  const state = entry && freshness(entry, now)
  const learned = entry?.learned ?? inRedis?.learned
  const tags = entry?.tags ?? inRedis?.tags ?? []
  const view = (one: typeof entry, stale: boolean): TierView | undefined =>
    one && {
      value: one.value,
      stale,
      ageMs: now - one.bornAt,
      ttlMs: Math.max(0, one.freshUntil - now),
      tags: one.tags,
    }
  const inMemory = entry !== undefined && verdict === 'live' && state === 'fresh' && (coherent || entry.local)
  const facts = {
    key: id,
    memory: view(entry, state !== 'fresh'),
    redis: view(inRedis, found?.kind === 'stale'),
    invalidatedAt: partition.invalidatedAt(id, tags),
    pending: partition.isHeld(id, tags),
    coherent,
    ttl: learned && typeof ttl === 'function' ? ttl.explain?.(learned.state) : undefined,
  }
  if (inMemory) return { ...facts, answer: 'memory', reason: 'memory has it, and it is fresh' }
  const why = reasonOf(entry !== undefined, verdict, state, coherent)
  if (found?.kind === 'fresh')
    return { ...facts, answer: 'redis', reason: `${why}; Redis has it, and it is fresh` }
  const redis =
    remote === undefined
      ? 'there is no Redis'
      : found?.kind === 'away'
        ? 'Redis cannot be asked'
        : 'Redis has no fresh value'
  const stale = (entry !== undefined && engine.parts.local.isUsable(id, entry)) || found?.kind === 'stale'
  return { ...facts, answer: stale ? 'stale' : 'miss', reason: `${why}; ${redis}` }
}

function reasonOf(
  kept: boolean,
  verdict: string | undefined,
  state: string | undefined,
  coherent: boolean,
): string {
  if (!kept) return 'memory does not have it: it was never read here, was evicted, or was deleted'
  if (verdict === 'dead') return 'the value in memory was deleted by its tag or prefix'
  if (verdict === 'stale') return 'the value in memory was expired by its tag or prefix'
  if (state !== 'fresh') return 'the value in memory has passed its ttl'
  return coherent
    ? 'memory has it'
    : 'memory may not answer: the log was not heard of for longer than maxStaleness'
}
