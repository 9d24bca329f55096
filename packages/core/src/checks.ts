import { CacheError, shown } from './errors.ts'

/*
 * How options are read, here and in every package over this one: what cannot be is refused at once, by its path, with what it must be.
 */

export { type ByteSize, type Duration, parseBytes, parseDuration, parseDurationOrZero } from './duration.ts'

/** A boolean option or its default. */
export function flag(value: unknown, fallback: boolean, path: string): boolean {
  if (value === undefined) return fallback
  if (typeof value !== 'boolean') throw optionError(path, value, 'must be true or false')
  return value
}

/** A whole number option within bounds, or its default. */
export function whole(value: unknown, fallback: number, path: string, min: number, max: number): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw optionError(path, value, `must be a whole number from ${min} to ${max}`)
  }
  return value
}

/** "path: value must …", as every bad option is told. */
export function optionError(path: string, value: unknown, must: string): CacheError {
  return new CacheError('E_OPTION', `${path}: ${shown(value)} ${must}.`, { path, value })
}

/** An option nobody knows, with those that exist. */
export function unknownOption(path: string, known: readonly string[]): CacheError {
  return new CacheError('E_OPTION', `${path} is not an option here. Known: ${known.join(', ')}.`, { path })
}

/** Throws `CacheError` `E_OPTION` for options that are no object, or have names that are not known. */
export function checkNames(options: object | undefined, known: readonly string[], path: string): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw optionError(path || 'options', options, 'must be an object')
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(path === '' ? name : `${path}.${name}`, known)
  }
}
