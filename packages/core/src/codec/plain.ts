import { types } from 'node:util'
import { unencodable } from './codec.ts'
import { ERROR, ESCAPE, FLOAT16, MAP, NEGATIVE_ZERO, OBJECT, REGEXP, SET } from './escape.ts'
import { Patterns } from './patterns.ts'

/** How many objects may contain each other, in a value written and in one read: `{ a: [new Date()] }` are three. */
export const MAX_DEPTH = 256

/** Thrown by `plain` without a place in the value: `whyUnwritable` finds it, so that good values pay nothing for it. */
export const UNWRITABLE: unique symbol = Symbol('unwritable')

/** What `plain` noticed on its way. */
export interface Seen {
  /** Plain objects that are items of an array. */
  rows: number
  /** Objects that are written with the names of their properties. */
  records: number
  /** Its regular expressions. */
  patterns?: Patterns
}

/**
 * The value with everything that msgpackr 2.1.3 would lose, rename or hand to a foreign extension replaced by an
 * escape (escape.ts). A value without such parts is returned as it is; otherwise the containers above a replaced part
 * are copied. The caller's value is never changed.
 *
 * Class instances become plain objects of their own enumerable properties, or what their `toJSON()` returns. Objects
 * without a prototype become plain objects. Symbol keys are left out, as by structuredClone.
 *
 * Throws `CacheError` `E_VALUE` for more regular expressions than `Patterns` admits; `UNWRITABLE` for functions, symbols, promises, weak collections, shared memory, cycles (they pass the depth
 * limit) and values deeper than `MAX_DEPTH`; and whatever a getter or `toJSON` throws.
 */
export function plain(value: unknown, seen: Seen, depth = 0): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : plainObject(value, seen, depth)
    case 'number':
      return value === 0 && Object.is(value, -0) ? [ESCAPE, NEGATIVE_ZERO] : value
    case 'function':
    case 'symbol':
      throw UNWRITABLE
    default:
      return value
  }
}

function plainObject(value: object, seen: Seen, depth: number): unknown {
  if (depth >= MAX_DEPTH) throw UNWRITABLE
  if (Array.isArray(value)) return plainArray(value, seen, depth + 1)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return plainRecord(value, seen, depth + 1)
  return plainInstance(value, prototype, seen, depth)
}

function plainArray(array: readonly unknown[], seen: Seen, depth: number): readonly unknown[] {
  if (array.length > 1 && isPlainRecord(array[0])) seen.rows += array.length
  // msgpackr offers an array that is not quite an Array to the extensions of others first.
  let copy: unknown[] | undefined =
    Object.getPrototypeOf(array) === Array.prototype ? undefined : Array.from(array)
  for (let i = 0; i < array.length; i++) {
    const item = array[i]
    const written = plain(item, seen, depth)
    if (!Object.is(written, item)) (copy ??= Array.from(array))[i] = written
  }
  return copy ?? array
}

function isPlainRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function plainRecord(record: object, seen: Seen, depth: number): object {
  let copy: Record<string, unknown> | undefined
  seen.records++
  const properties = record as Record<string, unknown>
  for (const key in properties) {
    if (isTroublesome(key)) return [ESCAPE, OBJECT, ...pairs(Object.entries(record), seen, depth)]
    const item = properties[key]
    const written = plain(item, seen, depth)
    if (!Object.is(written, item)) (copy ??= { ...properties })[key] = written
  }
  return copy ?? record
}

// msgpackr renames `__proto__`, and files its own notes under `__keys__` in the tree of keys it has seen: after one
// object with that key, innocent objects are written as bytes that nothing can read.
function isTroublesome(key: string): boolean {
  return key === '__proto__' || key === '__keys__'
}

function pairs(entries: Iterable<readonly [unknown, unknown]>, seen: Seen, depth: number): unknown[] {
  const list: unknown[] = []
  for (const [key, value] of entries) list.push(plain(key, seen, depth), plain(value, seen, depth))
  return list
}

function plainInstance(value: object, prototype: unknown, seen: Seen, depth: number): unknown {
  if (types.isDate(value)) return prototype === Date.prototype ? value : new Date(value.getTime())
  if (types.isMap(value)) return [ESCAPE, MAP, ...pairs(value, seen, depth + 1)]
  if (types.isSet(value)) return [ESCAPE, SET, ...plainArray([...value], seen, depth + 1)]
  if (ArrayBuffer.isView(value)) return plainView(value, prototype)
  if (types.isArrayBuffer(value)) return value
  if (value instanceof Error || types.isNativeError(value)) return plainError(value, seen, depth + 1)
  if (types.isRegExp(value)) return plainPattern(value, seen)
  if (types.isBoxedPrimitive(value)) return plain(value.valueOf(), seen, depth)
  if (isUnreadable(value)) throw UNWRITABLE
  return plainCustom(value, seen, depth)
}

const VIEWS: ReadonlySet<unknown> = new Set<unknown>([
  Buffer.prototype,
  DataView.prototype,
  Int8Array.prototype,
  Uint8Array.prototype,
  Uint8ClampedArray.prototype,
  Int16Array.prototype,
  Uint16Array.prototype,
  Int32Array.prototype,
  Uint32Array.prototype,
  Float32Array.prototype,
  Float64Array.prototype,
  BigInt64Array.prototype,
  BigUint64Array.prototype,
])

function plainView(view: ArrayBufferView, prototype: unknown): unknown {
  if (VIEWS.has(prototype)) return view
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  // Float16Array exists from Node 24 on, and msgpackr writes it as bytes that it cannot read.
  const tag = (view as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return tag === 'Float16Array' ? [ESCAPE, FLOAT16, bytes] : bytes
}

function plainError(error: Error, seen: Seen, depth: number): unknown[] {
  const own = Object.entries(error).filter(([key]) => key !== 'cause')
  return [
    ESCAPE,
    ERROR,
    String(error.name),
    String(error.message),
    Object.hasOwn(error, 'cause') ? [plain(error.cause, seen, depth + 1)] : [],
    error instanceof AggregateError ? plain(error.errors, seen, depth) : undefined,
    ...pairs(own, seen, depth),
  ]
}

function plainPattern({ source, flags }: RegExp, seen: Seen): unknown[] {
  seen.patterns ??= new Patterns()
  if (!seen.patterns.admit(source)) {
    throw unencodable(
      'The value has more regular expressions than can be stored (128, of 2 032 characters)',
      {
        path: 'value',
      },
    )
  }
  return [ESCAPE, REGEXP, source, flags]
}

/** True for objects whose content cannot be read: storing them would store `{}`. */
export function isUnreadable(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    value instanceof WeakRef ||
    types.isSharedArrayBuffer(value)
  )
}

function plainCustom(value: object, seen: Seen, depth: number): unknown {
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value, '')
    if (json !== value) return plain(json, seen, depth + 1)
  }
  return plainRecord({ ...value }, seen, depth + 1)
}
