import { parseCacheControl, secondsOf } from './cache-control.ts'
import { fieldOf, type HeaderMap, tokensOf } from './headers.ts'

/** What a request wants of a cache (RFC 9111 §5.2.1). `max-stale` is not granted: what may be answered stale, the response decides. */
export interface Wanted {
  /** Nothing stored without the handler saying that it still holds. */
  readonly reload: boolean
  readonly noStore: boolean
  readonly onlyIfCached: boolean
  readonly maxAgeS: number | undefined
  readonly minFreshS: number | undefined
}

/** What a request that says nothing wants. */
export const ANYTHING: Wanted = Object.freeze({
  reload: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeS: undefined,
  minFreshS: undefined,
})

export function wantedOf(headers: HeaderMap): Wanted {
  if (headers['cache-control'] === undefined) {
    return tokensOf(fieldOf(headers, 'pragma')).includes('no-cache')
      ? { ...ANYTHING, reload: true }
      : ANYTHING
  }
  const directives = parseCacheControl(headers['cache-control'])
  return {
    reload: directives.has('no-cache'),
    noStore: directives.has('no-store'),
    onlyIfCached: directives.has('only-if-cached'),
    maxAgeS: secondsOf(directives, 'max-age'),
    minFreshS: secondsOf(directives, 'min-fresh'),
  }
}

/** Whether a response so old, with so much of its ttl left, will do. */
export function suffices(wanted: Wanted, ageS: number, leftS: number): boolean {
  if (wanted.reload) return false
  if (wanted.maxAgeS !== undefined && ageS > wanted.maxAgeS) return false
  return wanted.minFreshS === undefined || leftS >= wanted.minFreshS
}
