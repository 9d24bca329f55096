import { CacheError, shown } from './errors.ts'

/** Milliseconds, or text such as `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** Bytes, or text such as `'512b'`, `'4kb'`, `'64mb'`, `'1gb'` (powers of 1024). */
export type ByteSize = number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const BYTES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }
/** Ten years: longer than any cached value should live, short enough for every field that holds it. */
const MAX_MS = 10 * 365 * MS.d

/** A duration in whole milliseconds. Throws `CacheError` `E_TTL` for anything that is not a positive duration. */
export function parseDuration(value: unknown, path: string): number {
  const ms = measure(value, MS)
  if (!(ms >= 1 && ms <= MAX_MS)) {
    throw new CacheError(
      'E_TTL',
      `${path}: ${shown(value)} is not a duration. Give milliseconds from 1 up to ten years, or text such as '250ms', '30s', '5m', '2h', '7d'.`,
      { path, value },
    )
  }
  return Math.round(ms)
}

/** Like `parseDuration`, and 0 is allowed where it means "none". */
export function parseDurationOrZero(value: unknown, path: string): number {
  return value === 0 ? 0 : parseDuration(value, path)
}

/** A size in whole bytes. Throws `CacheError` `E_OPTION` for anything that is not a positive size. */
export function parseBytes(value: unknown, path: string): number {
  const bytes = measure(value, BYTES)
  if (!(bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER)) {
    throw new CacheError(
      'E_OPTION',
      `${path}: ${shown(value)} is not a size. Give bytes from 1 up, or text such as '512b', '4kb', '64mb'.`,
      { path, value },
    )
  }
  return Math.round(bytes)
}

function measure(value: unknown, units: Readonly<Record<string, number>>): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return Number.NaN
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(value)
  const unit = match?.[2]?.toLowerCase()
  if (unit === undefined || !Object.hasOwn(units, unit)) return Number.NaN
  return Number(match?.[1]) * (units[unit] ?? Number.NaN)
}
