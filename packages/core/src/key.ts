import { hash } from 'node:crypto'
import { CacheError, shown } from './errors.ts'

/** One part of a structured key. Objects are hashed in a canonical order, so `{ a, b }` and `{ b, a }` are one key. */
export type KeyPart = string | number | boolean | bigint | null | Date | { readonly [name: string]: unknown }

/**
 * What a value is stored under: a string, or parts that are escaped and joined with `:`. `['user', 1]` prints as
 * `user:1` and is the same key as the string `'user:1'`; `['user:1']` prints as `user%3A1` and is another one.
 */
export type Key = string | readonly KeyPart[]

/** Keys longer than this, in UTF-16 units, are stored under a hash. */
export const MAX_KEY_LENGTH = 1024
/** Prefixes of up to this many segments, namespaces included, can be invalidated. */
const MAX_PREFIX_DEPTH = 8
const KEPT_HEAD = 512
/** How deep objects in a key may nest. */
const MAX_DEPTH = 100

/*
 * An id names an entry in every tier. It is the key as printed, behind its namespaces as leading segments that start
 * with `@`. A key whose first character would read as one of our own marks (`@` namespace, `#` hashed, `%` escape) has
 * that character escaped, so no two keys of any two namespaces share an id, and a plain key is its own id: the look-up of
 * a hit builds no string.
 */

/** Whether a string key of the root namespace is its own id. Well-formedness is judged on a miss only. */
export function isPlainKey(key: string): boolean {
  const length = key.length
  return length > 0 && length <= MAX_KEY_LENGTH && !isMark(key.charCodeAt(0))
}

/** The id of a key within a namespace prefix (`''` or `'@shop:'`). Throws `CacheError` `E_KEY`. */
export function idOf(prefix: string, key: Key): string {
  const own = marked(printKey(key))
  return prefix + (own.length > MAX_KEY_LENGTH ? shorten(own) : own)
}

/** The key as text. Throws `CacheError` `E_KEY` for keys that are empty, ill-formed, or have parts that cannot be keys. */
export function printKey(key: Key): string {
  if (typeof key === 'string') {
    if (key.length === 0) throw keyError('a key must not be empty', key)
    return wellFormed(key)
  }
  if (!Array.isArray(key)) throw keyError(`a key is a string or an array, not ${shown(key)}`, key)
  if (key.length === 0) throw keyError('a key must have at least one part', key)
  let text = '' // empty before the first part only: no part prints as nothing
  for (const part of key as readonly KeyPart[]) text += text === '' ? printPart(part) : `:${printPart(part)}`
  return text
}

/** The prefix of a child namespace, to put in front of its keys. Throws `CacheError` `E_KEY`. */
export function namespacePrefix(parent: string, name: string): string {
  if (typeof name !== 'string' || name.length === 0 || name.length > 128) {
    throw keyError(`a name is a string of 1 to 128 characters, not ${shown(name)}`, name, 'namespace')
  }
  const prefix = `${parent}@${escapePart(wellFormed(name, 'namespace'))}:`
  if (prefix.split(':').length > MAX_PREFIX_DEPTH) {
    throw keyError(`they nest at most ${MAX_PREFIX_DEPTH - 1} deep`, name, 'namespace')
  }
  return prefix
}

/**
 * The prefixes an id lies under, itself included, outermost first and `MAX_PREFIX_DEPTH` at most: what a prefix
 * invalidation has to have named to concern it.
 */
export function prefixesOf(id: string): string[] {
  const path = unhashed(id)
  const prefixes: string[] = []
  for (
    let end = path.indexOf(':');
    end >= 0 && prefixes.length < MAX_PREFIX_DEPTH;
    end = path.indexOf(':', end + 1)
  ) {
    prefixes.push(path.slice(0, end))
  }
  if (prefixes.length < MAX_PREFIX_DEPTH) prefixes.push(path)
  return prefixes
}

/** The prefix of that name as it stands in ids. A trailing `:` is dropped. Throws `CacheError` `E_KEY`. */
export function prefixId(prefix: string, key: Key): string {
  const printed = printKey(key)
  const id =
    prefix + marked(typeof key === 'string' && printed.length > 1 ? printed.replace(/:$/, '') : printed)
  if (id.length > KEPT_HEAD || id.split(':').length > MAX_PREFIX_DEPTH) {
    throw keyError(
      `a prefix has at most ${MAX_PREFIX_DEPTH} segments and ${KEPT_HEAD} characters; use a tag instead`,
      key,
    )
  }
  return id
}

/** A key's own part, without its namespaces and as it was before it was hashed, as far as that is kept. */
export function ownOf(id: string): string {
  const path = unhashed(id)
  return path.slice(ownStart(path))
}

/** A tag as given. Throws `CacheError` `E_KEY` for one that is empty, ill-formed or over 512 characters. */
export function checkTag(tag: unknown, path = 'tags'): string {
  if (typeof tag !== 'string' || tag.length === 0 || tag.length > 512) {
    throw keyError(`a tag is a string of 1 to 512 characters, not ${shown(tag)}`, tag, path)
  }
  return wellFormed(tag, path)
}

/** A canonical digest of any plain data: the same for equal data, whatever the order of its properties. */
export function digest(value: unknown): string {
  return hash('sha256', canonical(value, []), 'base64url').slice(0, 27)
}

function printPart(part: KeyPart): string {
  switch (typeof part) {
    case 'string':
      return part === '' ? '%' : escapePart(wellFormed(part))
    case 'number':
      if (Number.isNaN(part)) throw keyError('NaN cannot be part of a key', part)
      return Object.is(part, -0) ? '0' : String(part)
    case 'boolean':
    case 'bigint':
      return String(part)
    case 'object':
      if (part === null) return 'null'
      if (part instanceof Date) return escapePart(isoDate(part))
      return digest(part)
    default:
      throw keyError(`${shown(part)} cannot be part of a key`, part)
  }
}

const STRUCTURE = /[%:{}*\p{Cc}]/u
const EVERY_STRUCTURE = new RegExp(STRUCTURE, 'gu')

/** Everything that is structure in a key or in a Redis key, or that a terminal would act on. */
function escapePart(text: string): string {
  return STRUCTURE.test(text) ? text.replace(EVERY_STRUCTURE, escapeChar) : text
}

function escapeChar(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** A printed key whose first character is not taken for a mark of ours. */
function marked(printed: string): string {
  return isMark(printed.charCodeAt(0)) ? escapeChar(printed.charAt(0)) + printed.slice(1) : printed
}

function isMark(code: number): boolean {
  return code === 64 || code === 35 || code === 37
}

/** Where the key begins behind its namespaces. */
export function ownStart(id: string): number {
  let start = 0
  while (id.charCodeAt(start) === 64) start = id.indexOf(':', start) + 1
  return start
}

function unhashed(id: string): string {
  const start = ownStart(id)
  return id.charCodeAt(start) === 35 ? id.slice(0, start) + id.slice(start + 1) : id
}

/** `#`, the leading segments that fit, and a hash of the whole. */
function shorten(text: string): string {
  const cut = text.lastIndexOf(':', KEPT_HEAD)
  const head = cut > 0 ? `${text.slice(0, cut)}:` : ''
  return `#${head}${hash('sha256', text, 'base64url')}`
}

function wellFormed(text: string, path = 'key'): string {
  if (!text.isWellFormed()) {
    throw keyError(`${shown(text)} is not well-formed Unicode (a lone surrogate)`, text, path)
  }
  return text
}

function isoDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw keyError('an invalid Date cannot be part of a key', date)
  return date.toISOString()
}

/** The same text for equal data. `path` holds the objects above, to find cycles and bound the depth. */
function canonical(value: unknown, path: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(wellFormed(value))
  if (typeof value === 'bigint') return `${value}n`
  if (value === undefined) return 'undefined'
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw keyError(`${shown(value)} cannot be part of a key`, value)
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value)
  if (value === null || typeof value !== 'object') return value === null ? 'null' : value ? 'true' : 'false'
  if (value instanceof Date) return `Date(${isoDate(value)})`
  if (path.includes(value)) throw keyError('a cyclic object cannot be part of a key', value)
  if (path.length >= MAX_DEPTH)
    throw keyError(`an object nested more than ${MAX_DEPTH} deep cannot be part of a key`, value)
  return canonicalObject(value, [...path, value])
}

function canonicalObject(value: object, path: readonly object[]): string {
  if (Array.isArray(value)) return `[${value.map(item => canonical(item, path)).join(',')}]`
  if (value instanceof Map) return `Map${canonical([...value], path)}`
  if (value instanceof Set) return `Set${canonical([...value], path)}`
  if (ArrayBuffer.isView(value)) return bytesText(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return bytesText(value, 0, value.byteLength)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw keyError(
      `an instance of ${value.constructor?.name || 'a class'} cannot be part of a key, since what tells two apart may not show. Give its id or text`,
      value,
    )
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field, path)}`)
  return `{${fields.join(',')}}`
}

function bytesText(buffer: ArrayBufferLike, from: number, length: number): string {
  return `Bytes(${Buffer.from(buffer, from, length).toString('base64url')})`
}

function keyError(why: string, value: unknown, path = 'key'): CacheError {
  return new CacheError('E_KEY', `${path}: ${why}.`, { path, value })
}
