import type { PreviousValue, TtlContext, TtlDecision, TtlPolicy } from '@tiercache/core'
import { CacheError } from '@tiercache/core'

export const MINUTE = 60_000
export const HOUR = 3_600_000

export function contextOf(previous?: Partial<PreviousValue>, more: Partial<TtlContext> = {}): TtlContext {
  return {
    key: 'k',
    tags: [],
    loadMs: 1,
    notModified: false,
    previous: previous && {
      ageMs: MINUTE,
      ttlMs: MINUTE,
      hits: 0,
      invalidatedMs: undefined,
      state: undefined,
      ...previous,
    },
    ...more,
  }
}

export interface Step<T> {
  readonly value: T
  /** Time since the load before. Default: the ttl it gave. */
  readonly ageMs?: number
  readonly more?: Partial<TtlContext>
  readonly previous?: Partial<PreviousValue>
}

/** Loads of one key, one after the other, as a cache would tell a policy of them. Gives the ttls in ms. */
export function play<T>(policy: TtlPolicy<T>, steps: readonly Step<T>[]): number[] {
  let last: TtlDecision | undefined
  return steps.map(({ value, ageMs, more, previous }) => {
    const ttlMs = Number(last?.ttl)
    const context = contextOf(last && { ageMs: ageMs ?? ttlMs, ttlMs, state: last.state, ...previous }, more)
    last = policy(value, context) as TtlDecision
    return Number(last.ttl)
  })
}

/** Numbers from 0 up to 1, the same for the same seed (Park and Miller's generator). */
export function chance(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

export function errorOf(run: () => unknown): CacheError {
  try {
    run()
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
