import type { Entry } from './entry.ts'
import type { Found } from './found.ts'

/** A value with where it came from. */
export interface Answer {
  readonly entry: Entry
  readonly tier: 'memory' | 'redis' | 'load'
  readonly stale: boolean
}

/** Makes what a caller gets of an answer; of `undefined` where there is none. */
export type Give<T> = (answer: Answer | undefined) => T

/** The value of an answer that is fresh. */
export const freshValue: Give<unknown> = answer =>
  answer === undefined || answer.stale ? undefined : answer.entry.value

/** The value of an answer, a stale one too. */
export const anyValue: Give<unknown> = answer => answer?.entry.value

/** What may be served where a stale value is good enough, if anything may. */
export function staleOf(found: Found, held: Entry | undefined): Answer | undefined {
  if (found.kind === 'stale') return { entry: found.entry, tier: 'redis', stale: true }
  return held && { entry: held, tier: 'memory', stale: true }
}
