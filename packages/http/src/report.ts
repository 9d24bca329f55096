import { keyText } from './response-key.ts'

/** How an exchange went, as headers and measurements tell it. */
export type CacheOutcome = 'hit' | 'stale' | 'miss' | 'pass'

/** What the headers of an answer tell. */
export interface Report {
  readonly outcome: CacheOutcome
  readonly key: string | undefined
  /** What is left of the ttl, negative past it. */
  readonly leftS?: number | undefined
  readonly date?: string | undefined
  /** The parameters of `Cache-Status` (RFC 9211). */
  readonly status: string
}

const SHOWN = { hit: 'HIT', stale: 'STALE', miss: 'MISS', pass: 'MISS' } as const

/** `X-Cache`, `X-Cache-Key`, `X-Cache-TTL-Remaining`, `X-Cache-Date` and `Cache-Status`, names and values in turn. */
export function reportFields({ outcome, key, leftS, date, status }: Report): string[] {
  const fields = ['X-Cache', SHOWN[outcome]]
  if (key !== undefined) fields.push('X-Cache-Key', keyText(key))
  if (leftS !== undefined) fields.push('X-Cache-TTL-Remaining', String(Math.max(0, leftS)))
  if (date !== undefined) fields.push('X-Cache-Date', date)
  fields.push('Cache-Status', `tiercache; ${status}${leftS === undefined ? '' : `; ttl=${leftS}`}`)
  return fields
}

/** How an exchange went, for who measures it. */
export interface Outcome {
  readonly outcome: CacheOutcome
  readonly key: string | undefined
}

const outcomes = new WeakMap<object, Outcome>()
let areNoted = false

/** From now on it is remembered how exchanges go. `responseTimes` calls it: before somebody wants to know, nobody pays for it. */
export function noteOutcomes(): void {
  areNoted = true
}

/** Remembers how an exchange went, under its `source`. */
export function noteOutcome(source: object, outcome: CacheOutcome, key: string | undefined): void {
  if (areNoted) outcomes.set(source, { outcome, key })
}

/** How an exchange went; `undefined` where no cache was asked, or `noteOutcomes` was not called before. */
export function outcomeOf(source: object): Outcome | undefined {
  return outcomes.get(source)
}
