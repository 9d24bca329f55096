import type { EntryView } from '@tiercache/core'
import type { Plan } from './plan.ts'
import { suffices } from './request-directives.ts'
import { selectingOf, type StoredResponse } from './stored-response.ts'

/** How one look-up goes about it. */
export interface Search {
  readonly key: string
  readonly tries: number
  /** A stale answer is taken, and refreshed behind it. */
  readonly swr: boolean
  /** Have it made whatever is stored, which is `known`. */
  readonly reload: boolean
  readonly known?: EntryView | undefined
}

/** Whether a response may be given to this request at all. */
export function fits<Req>(plan: Plan<Req>, stored: StoredResponse): boolean {
  return selects(plan, stored) && (!plan.identity.credentialed || stored.shared)
}

/** Whether the request selects this variant (RFC 9111 §4.1). */
export function selects<Req>({ view }: Plan<Req>, { vary, selecting }: StoredResponse): boolean {
  return vary === undefined || selectingOf(vary, view.headers) === selecting
}

/** Whether the handler has to be asked although the response is fresh. */
export function isOutdated<Req>({ wanted }: Plan<Req>, entry: EntryView, stored: StoredResponse): boolean {
  return stored.noCache || !suffices(wanted, ageOf(entry, stored), entry.ttlMs / 1000)
}

/** Seconds since the response was made. */
export function ageOf(entry: EntryView, stored: StoredResponse): number {
  return stored.ageS + entry.ageMs / 1000
}

/** Whether a stale response is within a window past its ttl; one that was expired by hand before its ttl is. */
export function isWithin(entry: EntryView, stored: StoredResponse, windowMs: number): boolean {
  return windowMs > 0 && entry.ageMs - stored.ttlMs < windowMs
}
