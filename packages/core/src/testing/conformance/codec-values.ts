/** A group of values that a codec may claim to keep. */
export type CodecKind =
  | 'bytes'
  | 'json'
  | 'undefined'
  | 'numbers'
  | 'bigint'
  | 'text'
  | 'date'
  | 'map'
  | 'set'
  | 'regexp'
  | 'buffers'
  | 'typed arrays'
  | 'object keys'

function deep(levels: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value }
  return value
}

const SIMPLE = [null, true, false, 0, 1, -1, 1.5, 1e300, 5e-324, Number.MAX_SAFE_INTEGER, '', 'text', [], {}]
const BYTES = [0, 1, 127, 128, 255]

/** The values of each group. Made anew for each run: a codec that changes what it is given is found out. */
export function codecValues(kind: CodecKind): unknown[] {
  switch (kind) {
    case 'bytes':
      return [Buffer.alloc(0), Buffer.from(BYTES), Buffer.alloc(100_000, 'x')]
    case 'json':
      return [
        ...SIMPLE,
        ['größe', '日本', '😀', 'a\0b', 'x'.repeat(100_000)],
        { id: 1, name: 'a', tags: ['x', 'y'], at: { deep: [{ er: null }] }, '': 0, 'a:b': false },
        Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}`, ok: id % 2 === 0 })),
        deep(100),
      ]
    case 'undefined':
      return [[undefined, 1, undefined], { a: undefined, b: 1 }]
    case 'numbers':
      return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, [Number.NaN, -0]]
    case 'bigint':
      return [0n, -1n, 2n ** 63n, -(2n ** 64n), 10n ** 50n, { id: 2n ** 53n + 1n }]
    case 'text':
      return ['\ud800', 'a\udc00b', '\ufeffx', { '\ud83d': 1 }]
    case 'date':
      return [new Date(0), new Date(1_700_000_000_123), new Date(-1), { at: [new Date(8.64e15)] }]
    case 'map':
      return [
        new Map(),
        new Map<unknown, unknown>([
          ['a', 1],
          [2, new Map([[null, 'x']])],
        ]),
      ]
    case 'set':
      return [new Set(), new Set<unknown>([1, 'a', null, { b: 2 }])]
    case 'regexp':
      return [/a+b/giu, { pattern: /^\d$/ }]
    case 'buffers':
      return [Buffer.from(BYTES), { body: Buffer.from('x') }, Uint8Array.from(BYTES).buffer]
    case 'typed arrays':
      return [
        Uint8Array.from(BYTES),
        Int16Array.of(-1, 300),
        Float64Array.of(0.1, Number.NaN),
        BigInt64Array.of(-1n),
        { list: Uint32Array.of(4_294_967_295) },
      ]
    case 'object keys':
      return [
        JSON.parse('{"__proto__":{"x":1},"a":1}'),
        { constructor: 1, toString: 2, length: 3 },
        { 2: 'b', 1: 'a' },
      ]
    default:
      return kind satisfies never
  }
}

/** What is asked of a codec that says nothing else. */
export const EVERY_KIND: readonly CodecKind[] = [
  'json',
  'undefined',
  'numbers',
  'bigint',
  'text',
  'date',
  'map',
  'set',
  'regexp',
  'buffers',
  'typed arrays',
  'object keys',
]
