import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HeaderMap } from './headers.ts'

/** A response as it is kept: bytes, never serialised again. */
export interface StoredResponse {
  readonly status: number
  /** Names and values in turn, ready for `writeHead`; `date` and `etag` among them. */
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly etag?: string
  readonly lastModified?: string
  /** When it was stored, in ms since 1970: told to clients, and compared with a window for errors. */
  readonly atMs: number
  /** Seconds it was old when it was stored (RFC 9111 §4.2.3). */
  readonly ageS: number
  readonly ttlMs: number
  /** How long past its ttl it may be answered while it is refreshed, and in place of an error. */
  readonly swrMs: number
  readonly sieMs: number
  /** A request with credentials may be answered with it (§3.5). */
  readonly shared: boolean
  /** Never answered without asking the handler whether it still holds (`no-cache`, §5.2.2.4). */
  readonly noCache: boolean
  /** The fields that selected it, by name: of a response that varies on more than its key covers. */
  readonly vary?: readonly string[]
  readonly selecting?: string
}

const checked = new WeakMap<object, boolean>()

/**
 * A value of the cache, if it is a response that can be sent. What comes from Redis may be of another version or forged; a field with a
 * line break in it must not reach a client.
 */
export function storedResponse(value: unknown): StoredResponse | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  let sound = checked.get(value)
  if (sound === undefined) {
    sound = isSound(value as Partial<StoredResponse>)
    checked.set(value, sound)
  }
  return sound ? (value as StoredResponse) : undefined
}

function isSound(value: Partial<StoredResponse>): boolean {
  const { status, headers, body, atMs, ageS, ttlMs, swrMs, sieMs } = value
  if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) return false
  if (!(body instanceof Uint8Array) || !Array.isArray(headers) || headers.length % 2 !== 0) return false
  if (![atMs, ageS, ttlMs, swrMs, sieMs].every(n => typeof n === 'number' && n >= 0)) return false
  if (
    value.vary !== undefined &&
    !(Array.isArray(value.vary) && value.vary.every(name => typeof name === 'string'))
  )
    return false
  if (
    [value.etag, value.lastModified, value.selecting].some(
      text => text !== undefined && typeof text !== 'string',
    )
  )
    return false
  try {
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] === 'set-cookie') return false
      validateHeaderName(String(headers[i]))
      validateHeaderValue(String(headers[i]), headers[i + 1])
    }
    return true
  } catch {
    return false
  }
}

/** The values of some request fields as one text: two requests with the same are given the same variant (§4.1). */
export function selectingOf(names: readonly string[], headers: HeaderMap): string {
  return JSON.stringify(
    names.map(name => [headers[name] ?? null].flat().map(value => value?.trim().replace(/\s*,\s*/g, ','))),
  )
}

/** A stored response with the fields of a 304 over its own (§3.2). */
export function updatedFields(stored: StoredResponse, fields: readonly string[]): string[] {
  const kept: string[] = []
  const replaced = new Set<string>()
  for (let i = 0; i < fields.length; i += 2) replaced.add(fields[i] ?? '')
  for (let i = 0; i < stored.headers.length; i += 2) {
    const name = stored.headers[i] ?? ''
    if (!replaced.has(name) || OF_THE_BODY.has(name)) kept.push(name, stored.headers[i + 1] ?? '')
  }
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    if (!OF_THE_BODY.has(name)) kept.push(name, fields[i + 1] ?? '')
  }
  return kept
}

/** They describe the bytes, which a 304 does not bring. */
const OF_THE_BODY = new Set(['content-encoding', 'content-type', 'content-range', 'content-length', 'etag'])
