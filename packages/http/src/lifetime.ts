import { type CacheControl, secondsOf } from './cache-control.ts'
import { fieldOf, type HeaderMap } from './headers.ts'

/** The longest heuristic lifetime, in s. */
const LONGEST_GUESS_S = 86_400

/**
 * For how many seconds a response says it is fresh in a shared cache (RFC 9111 §4.2.1): `s-maxage`, `max-age`, `Expires` less `Date`;
 * `undefined` where it says nothing.
 */
export function explicitLifetime(
  directives: CacheControl,
  headers: HeaderMap,
  nowMs: number,
): number | undefined {
  const told = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age')
  if (told !== undefined) return told
  const expires = fieldOf(headers, 'expires')
  if (expires === undefined) return undefined
  const until = Date.parse(expires)
  if (Number.isNaN(until)) return 0
  return Math.max(0, (until - dateOf(headers, nowMs)) / 1000)
}

/** A share of the time since it was last modified (§4.2.2), 0 without that. */
export function guessedLifetime(headers: HeaderMap, share: number, nowMs: number): number {
  const modified = Date.parse(fieldOf(headers, 'last-modified') ?? '')
  if (share === 0 || Number.isNaN(modified)) return 0
  return Math.min(LONGEST_GUESS_S, Math.max(0, (dateOf(headers, nowMs) - modified) / 1000) * share)
}

/** How many seconds old a response is when it arrives (§4.2.3): what `Age` says, or the time since `Date`. */
export function initialAge(headers: HeaderMap, nowMs: number): number {
  const told = fieldOf(headers, 'age')?.split(',', 1)[0]?.trim() ?? ''
  const age = /^\d+$/.test(told) ? Math.min(Number(told), 2 ** 31) : 0
  return Math.max(age, Math.floor((nowMs - dateOf(headers, nowMs)) / 1000), 0)
}

function dateOf(headers: HeaderMap, nowMs: number): number {
  const date = Date.parse(fieldOf(headers, 'date') ?? '')
  return Number.isNaN(date) ? nowMs : date
}
