import { ERROR, ESCAPE, FLOAT16, MAP, NEGATIVE_ZERO, OBJECT, REGEXP, SET, TEXT } from './escape.ts'
import { Patterns } from './patterns.ts'

/**
 * A value as msgpackr read it, with its escapes (escape.ts) turned into what they stand for. Works in place where it
 * can. Builds Map, Set, RegExp, the standard errors and plain objects, nothing else.
 * Throws if an escape is not one that `plain` or `escapeText` writes, or patterns are more than `plain` lets through.
 */
export function revive(value: unknown, patterns: Patterns = new Patterns()): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value[0] === ESCAPE ? reviveEscape(value, patterns) : reviveItems(value, 0, patterns)
  }
  if (value === ESCAPE) throw new Error('an escape outside of an array')
  if (Object.getPrototypeOf(value) === Object.prototype)
    reviveProperties(value as Record<string, unknown>, patterns)
  return value
}

function reviveItems(items: unknown[], from: number, patterns: Patterns): unknown[] {
  for (let i = from; i < items.length; i++) {
    const item = items[i]
    if (typeof item === 'object' && item !== null) items[i] = revive(item, patterns)
  }
  return items
}

function reviveProperties(record: Record<string, unknown>, patterns: Patterns): void {
  for (const key of Object.keys(record)) {
    const item = record[key]
    if (typeof item === 'object' && item !== null) record[key] = revive(item, patterns)
  }
}

function reviveEscape(escape: unknown[], patterns: Patterns): unknown {
  const parts = reviveItems(escape, 2, patterns)
  switch (parts[1]) {
    case MAP:
      return new Map(pairs(parts, 2))
    case SET:
      return new Set(parts.slice(2))
    case OBJECT:
      return defineAll({}, pairs(parts, 2))
    case TEXT:
      return buffer(parts[2], 2).toString('utf16le')
    case NEGATIVE_ZERO:
      return -0
    case REGEXP:
      return patterns.make(text(parts[2]), text(parts[3]))
    case ERROR:
      return reviveError(parts)
    case FLOAT16:
      return reviveFloat16(buffer(parts[2], 2))
    default:
      throw new Error('an unknown escape')
  }
}

function pairs(parts: readonly unknown[], from: number): [unknown, unknown][] {
  if ((parts.length - from) % 2 !== 0) throw new Error('a key without a value')
  const list: [unknown, unknown][] = []
  for (let i = from; i < parts.length; i += 2) list.push([parts[i], parts[i + 1]])
  return list
}

// Defined, not assigned: assigning `__proto__` would change the prototype.
function defineAll<T extends object>(target: T, properties: readonly [unknown, unknown][]): T {
  for (const [key, value] of properties) {
    Object.defineProperty(target, text(key), { value, writable: true, enumerable: true, configurable: true })
  }
  return target
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('an escape without its string')
  return value
}

function buffer(value: unknown, unit: number): Buffer {
  if (!Buffer.isBuffer(value) || value.length % unit !== 0) throw new Error('an escape without its bytes')
  return value
}

const ERRORS: ReadonlyMap<string, new (message: string) => Error> = new Map([
  ['EvalError', EvalError],
  ['RangeError', RangeError],
  ['ReferenceError', ReferenceError],
  ['SyntaxError', SyntaxError],
  ['TypeError', TypeError],
  ['URIError', URIError],
])

function reviveError(parts: readonly unknown[]): Error {
  const name = text(parts[2])
  const message = text(parts[3])
  const [causes, errors] = [parts[4], parts[5]]
  if (!Array.isArray(causes)) throw new Error('an error without its cause')
  const error = withoutTrace(() =>
    Array.isArray(errors) ? new AggregateError(errors, message) : new (ERRORS.get(name) ?? Error)(message),
  )
  if (error.name !== name) hide(error, 'name', name)
  if (causes.length > 0) hide(error, 'cause', causes[0])
  // The place where it was thrown is not stored; the place where it was read would mislead.
  hide(error, 'stack', `${name}: ${message}`)
  return defineAll(error, pairs(parts, 6))
}

/** A trace takes most of the time that it takes to make an error, and this one would tell nothing. */
function withoutTrace(make: () => Error): Error {
  const limit = Error.stackTraceLimit
  Reflect.set(Error, 'stackTraceLimit', 0) // where it is frozen, traces are taken after all
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true })
}

function reviveFloat16(bytes: Buffer): unknown {
  const { Float16Array } = globalThis as { Float16Array?: new (buffer: ArrayBuffer) => unknown }
  if (Float16Array === undefined)
    throw new Error('a Float16Array, which this version of Node.js does not have')
  return new Float16Array(new Uint8Array(bytes).buffer)
}
