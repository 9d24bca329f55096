import { optionError } from '@tiercache/core/options'

/** A list of strings, none empty. Throws `E_OPTION`. */
export function stringList(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value) && value.every(item => typeof item === 'string' && item !== '')) return value
  throw optionError(path, value, 'must be an array of strings that are not empty')
}

/** A function or `undefined`. Throws `E_OPTION`. */
export function functionOrNone<F>(value: F | undefined, path: string): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw optionError(path, value, 'must be a function')
}
