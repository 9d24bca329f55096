/**
 * What went wrong, for programs. Stable across versions.
 *
 * - `E_OPTION` an option is unknown, has the wrong type, or contradicts another one
 * - `E_KEY` a key, tag or namespace that cannot be used
 * - `E_TTL` a duration that is not one
 * - `E_VALUE` a value that cannot be stored (too large, `undefined`, a function)
 * - `E_CODEC` bytes that do not decode to a value
 * - `E_REDIS` Redis did not answer in time, refused, or is not reachable
 * - `E_TIMEOUT` a loader passed its hard deadline and no stale value may be served
 * - `E_CLOSED` the cache was closed
 */
export type CacheErrorCode =
  | 'E_OPTION'
  | 'E_KEY'
  | 'E_TTL'
  | 'E_VALUE'
  | 'E_CODEC'
  | 'E_REDIS'
  | 'E_TIMEOUT'
  | 'E_CLOSED'

/** Where an error comes from: the option's path, the value that was given, the error below it. */
export interface CacheErrorDetails {
  readonly path?: string
  readonly value?: unknown
  readonly cause?: unknown
}

/** The only error tiercache throws. A loader's own error reaches its caller as it was thrown, never wrapped. */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: CacheErrorCode
  /** The option or argument at fault, such as `timeouts.redis`. */
  readonly path: string | undefined
  /** The value it got. */
  readonly value: unknown

  constructor(code: CacheErrorCode, message: string, details: CacheErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.path = details.path
    this.value = details.value
  }
}

/** A short, safe rendering of a value for an error message. */
export function shown(value: unknown): string {
  let text: string
  if (typeof value === 'string') text = JSON.stringify(value)
  else if (typeof value === 'function') text = 'a function'
  else if (Array.isArray(value)) text = 'an array'
  else if (typeof value === 'object' && value !== null) text = 'an object'
  else text = String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Whether a step in Redis was given up because its time had passed: it may still be carried out. */
export function isDeadline(error: unknown): boolean {
  return error instanceof CacheError && error.path === 'timeouts.redis'
}
