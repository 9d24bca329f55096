import { CacheError } from '../errors.ts'

/**
 * Turns values into bytes and back. `msgpack()`, `json()` and `raw()` are the ones that come with tiercache; your own
 * has any other `id` and the flag 15.
 */
export interface Codec {
  /** A name for messages. */
  readonly id: string
  /** Stored with each value, to know who reads it: 0 raw, 1 msgpack (and 3 for its own use), 2 JSON, 15 any other. */
  readonly flag: number
  /**
   * The bytes of a value. They are copied before the next call, so the same memory may be used again.
   * What it throws becomes a `CacheError` `E_VALUE`.
   */
  encode(value: unknown): Buffer
  /**
   * The value of bytes that `encode` made. The bytes are the codec's own: nothing else will change them.
   * What it throws becomes a `CacheError` `E_CODEC`, which the cache treats as a miss; so does `undefined`.
   */
  decode(bytes: Buffer): unknown
}

export const RAW_FLAG = 0
export const MSGPACK_FLAG = 1
export const JSON_FLAG = 2
/** What msgpack writes by a layout. */
export const LAYOUT_FLAG = 3
export const CUSTOM_FLAG = 15

/** Bytes that do not decode. `E_CODEC`. */
export function undecodable(what: string, cause?: unknown): CacheError {
  return new CacheError('E_CODEC', `A stored value was refused: ${what}`, { cause })
}

/** A value that cannot be encoded. `E_VALUE`. */
export function unencodable(what: string, details: { path?: string; cause?: unknown } = {}): CacheError {
  return new CacheError('E_VALUE', what, details)
}

/** A copy in memory of its own: what Redis answers is a part of all that the socket read at once, which would be kept with it. */
export function owned(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}
