const { Float16Array } = globalThis as { Float16Array?: unknown }
const TYPES: readonly unknown[] = [
  Object,
  Array,
  Map,
  Set,
  Date,
  RegExp,
  Buffer,
  ArrayBuffer,
  DataView,
  Float16Array,
]
const ERRORS = [
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
]
const INTEGERS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]
const NUMBERS = [Float32Array, Float64Array, BigInt64Array, BigUint64Array]

/** What a value may be made of. */
const ALLOWED: ReadonlySet<unknown> = new Set(
  [...TYPES, ...ERRORS, ...INTEGERS, ...NUMBERS].map(type =>
    typeof type === 'function' ? (type.prototype as unknown) : null,
  ),
)

const DEEPEST = 600
const MOST_PARTS = 20_000

/** What should not be in a value that was read: a function, an instance of a class that is not the language's own, endless nesting. */
export function harmIn(value: unknown): string | undefined {
  let looked = 0
  const look = (part: unknown, depth: number): string | undefined => {
    if (typeof part === 'function' || typeof part === 'symbol') return `a ${typeof part}`
    if (typeof part !== 'object' || part === null || looked++ > MOST_PARTS) return undefined
    if (depth > DEEPEST) return `nesting of more than ${DEEPEST} levels`
    if (!ALLOWED.has(Object.getPrototypeOf(part))) return 'an instance of a class'
    if (ArrayBuffer.isView(part)) return undefined
    const parts =
      part instanceof Map ? [...part].flat() : part instanceof Set ? [...part] : Object.values(part)
    for (const inner of parts) {
      const harm = look(inner, depth + 1)
      if (harm !== undefined) return harm
    }
    return undefined
  }
  return look(value, 0)
}

const SHARED = [
  globalThis,
  ...[Object, Array, Function, Map, Set, Error, String, Promise].map(type => type.prototype),
]
const state = (): string => SHARED.map(one => Reflect.ownKeys(one).length).join()
const EVERY = 256

/** Says whether anything was added to what all programs share since it was made; asked often, it looks closely at times. */
export function pollutionWatch(): (closely?: boolean) => boolean {
  void fetch // some globals are made when they are first asked for
  const before = state()
  let asked = 0
  return (closely = ++asked % EVERY === 0) => 'polluted' in {} || (closely && state() !== before)
}
