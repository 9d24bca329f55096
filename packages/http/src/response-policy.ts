import type { Duration, TierTtl, TtlDecision, TtlPolicy } from '@tiercache/core'
import { parseDuration } from '@tiercache/core/options'
import type { ResponsePolicy, ResponseView } from './options.ts'
import { digestOf } from './response-key.ts'
import type { StoredResponse } from './stored-response.ts'

type Decided = Duration | TierTtl | TtlDecision

/** The policy in an option, if it is one: a bare function there is one of the request. */
export function policyIn(ttl: unknown): unknown {
  const may = (typeof ttl === 'object' && ttl !== null) || typeof ttl === 'function'
  return may && 'policy' in ttl ? ttl.policy : undefined
}

/** Whether an option names a policy. */
export function isResponsePolicy(ttl: unknown): ttl is ResponsePolicy {
  return typeof policyIn(ttl) === 'function'
}

/** What core asks for the lifetime of one response: the route's policy, and never more than `stored` has now. */
export function lifetimePolicy(
  policy: TtlPolicy<ResponseView>,
  response: ResponseView,
  stored: StoredResponse,
): TtlPolicy {
  const mostMs = stored.ttlMs
  return (_, context) => {
    const version = `${response.status} ${stored.etag ?? digestOf(response.body)}`
    const { ttl, state } = decided(policy, response, { ...context, version })
    const lives = within(mostMs, ttl)
    // A stale response says itself for how long it was fresh. It is encoded after this, and nobody else has it yet.
    ;(stored as { ttlMs: number }).ttlMs = lives.redis
    return state === undefined ? lives : { ttl: lives, state }
  }
}

function decided(
  policy: TtlPolicy<ResponseView>,
  response: ResponseView,
  context: Parameters<TtlPolicy>[1],
): { readonly ttl: Duration | TierTtl; readonly state?: Uint8Array } {
  try {
    const decision: Decided = policy(response, context)
    return typeof decision === 'object' && 'state' in decision ? decision : { ttl: decision }
  } catch (error) {
    // The response was sent long ago: there is no other way to tell.
    process.emitWarning(`A response was not stored: ${String(error)}`, 'TiercacheWarning')
    throw error
  }
}

function within(
  mostMs: number,
  ttl: Duration | TierTtl,
): { readonly memory: number; readonly redis: number } {
  const { memory, redis } = typeof ttl === 'object' ? ttl : { memory: ttl, redis: ttl }
  const redisMs = Math.min(mostMs, parseDuration((redis ?? memory) as Duration, 'ttl'))
  return {
    memory: Math.max(1, Math.min(redisMs, parseDuration((memory ?? redis) as Duration, 'ttl'))),
    redis: Math.max(1, redisMs),
  }
}
