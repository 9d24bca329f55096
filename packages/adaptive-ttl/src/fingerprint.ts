import { crc32 } from 'node:zlib'
import { msgpack, type TtlContext } from '@tiercache/core'

/** Names the version of a value, such as an ETag or a revision; `undefined` where it has none. */
export type VersionOf<T> = (value: T) => string | number | bigint | undefined

const UNKNOWN = 0
const codec = msgpack()

/** 32 bits that tell a value from the one before; 0 for one that cannot be told. `known`: its version by the cache's account. */
export function fingerprint<T>(value: T, version: VersionOf<T> | undefined, known?: string): number {
  const name = version?.(value) ?? known
  const hash = name === undefined ? hashOf(value) : crc32(String(name))
  return hash === undefined ? UNKNOWN : hash || 1
}

/** Whether a value is another than the one before; `undefined` where that cannot be told. */
export function changedFrom(before: number, now: number, { notModified }: TtlContext): boolean | undefined {
  if (notModified) return false
  return before === UNKNOWN || now === UNKNOWN ? undefined : before !== now
}

function hashOf(value: unknown): number | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array) return crc32(value)
  try {
    return crc32(codec.encode(value))
  } catch {
    return undefined // such as a value with functions in it, which memory alone may hold
  }
}
