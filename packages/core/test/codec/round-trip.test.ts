import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { encryption } from '../../src/codec/encryption.ts'
import type { ValueCodecOptions } from '../../src/codec/value-codec.ts'
import { laidOutCodec, META, nested, read, stored, storedAgain, valueCodec } from './support.ts'

const rows = (count: number): unknown[] =>
  Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `n${i}`,
    ok: i % 2 === 0,
    at: 64 + i,
    tags: ['a', 'b'],
  }))

/** Everything JSON can say as well. */
const JSON_VALUES: Record<string, unknown> = {
  null: null,
  'empty string': '',
  zero: 0,
  false: false,
  true: true,
  'small and large numbers': [
    1,
    31,
    32,
    63,
    64,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -1,
    -33,
  ],
  fractions: [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -1.5],
  'a string beyond ASCII': 'größe 日本語 𝒳 한글 펌',
  'a long string': 'x'.repeat(70_000),
  'strings of every length': Array.from({ length: 300 }, (_, i) => 'é'.repeat(i)),
  'a lone surrogate': ['a\ud800', '\udc00'.repeat(100), { '\ud83d': 1 }],
  'a byte order mark': [
    '\ufeff',
    `\ufeff${'x'.repeat(100)}`,
    `\ufeff日${'x'.repeat(100)}`,
    { '\ufeffk': '\ufffd' },
  ],
  'an empty object': {},
  'an empty array': [],
  'keys of objects that JavaScript knows': {
    constructor: 1,
    hasOwnProperty: { a: 1 },
    toJSON: 3,
    valueOf: null,
    length: 5,
    size: 5,
    '': 1,
  },
  'own keys __proto__ and __keys__': JSON.parse(
    '{"__proto__":{"x":1},"b":{"a":1,"__keys__":{"__proto__":2}}}',
  ),
  'numeric keys': { 1: 'a', 0: 'b', '-1': 'c' },
  'one row': rows(1),
  'seven rows': rows(7),
  'a page of rows': { items: rows(50), total: 50 },
  'rows of many shapes': Array.from({ length: 300 }, (_, i) => ({ [`k${i % 150}`]: i, [`z${i % 7}`]: [i] })),
  'an object of many keys': Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i])),
  '256 levels': nested(256),
}

const bigints = [
  0n,
  -1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 63n,
  2n ** 64n,
  -(2n ** 63n) - 1n,
  -(2n ** 64n),
  2n ** 200n,
  -(2n ** 70_000n),
  2n ** 70_000n,
]

/** What only msgpack keeps. */
const RICH_VALUES: Record<string, unknown> = {
  'undefined fields': { a: undefined, b: [undefined, 1, undefined] },
  NaN: [NaN, { a: NaN }],
  infinities: [Infinity, -Infinity],
  'minus zero': -0,
  'minus zero within': { a: -0, b: [-0, 0] },
  bigints,
  dates: [0, 1, -1, 1e12 + 1, 2 ** 32 * 1000 + 7, -62_135_596_800_000, 8.64e15, -8.64e15, NaN].map(
    ms => new Date(ms),
  ),
  maps: new Map<unknown, unknown>([
    [1, 'a'],
    ['1', 'b'],
    [{ a: 1 }, new Map([[undefined, null]])],
    [NaN, -0],
  ]),
  sets: new Set<unknown>([1, '1', new Set([new Map()]), undefined, [1]]),
  'empty map and set': [new Map(), new Set()],
  'a large map': new Map(Array.from({ length: 70_000 }, (_, i) => [i, i])),
  'a map of rows': new Map(rows(20).map((row, i) => [i, row])),
  regexps: [/a\/b/giu, /^$/, new RegExp(''), /\ufeff\ud800/],
  buffer: Buffer.from([0, 1, 255]),
  'buffers of every header': [0, 1, 255, 256, 65_535, 65_536].map(n => Buffer.alloc(n, n)),
  uint8array: new Uint8Array([0, 1, 255]),
  'every typed array': [
    new Int8Array([-1]),
    new Uint8Array(300),
    new Uint8ClampedArray([1]),
    new Int16Array([-300]),
    new Uint16Array([300]),
    new Int32Array([-1e9]),
    new Uint32Array([4e9]),
    new Float32Array([1.5]),
    new Float64Array([1 / 3, NaN]).subarray(1),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array(70_000),
    new Uint16Array(0),
  ],
  'a Float16Array, where there is one': 'Float16Array' in globalThis ? new Float16Array([1.5, -0]) : null,
  arraybuffer: new Uint8Array([1, 2, 3]).buffer,
  dataview: new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
  errors: [
    new Error('plain'),
    new TypeError('typed', { cause: new RangeError('below', { cause: undefined }) }),
    new AggregateError([new Error('one'), 2], 'several'),
    Object.assign(new Error('coded'), { code: 'ENOENT', __proto__: 1, '\ud800': '\ufeff' }),
    Object.assign(new Error('named'), { name: 'CustomError' }),
    Object.assign(new Error('invalid'), { errors: { age: new Error('too low') } }),
  ],
  'all together': { a: [new Map([[new Date(5), { b: new Set([-0, 1n, undefined]) }]])], c: Buffer.from('x') },
}

const KEYS = { a: Buffer.alloc(32, 1) }
const PIPELINES: Record<string, Partial<ValueCodecOptions>> = {
  plain: {},
  zstd: { compression: { above: 0, algorithm: 'zstd' } },
  brotli: { compression: { above: 0, algorithm: 'brotli' } },
  gzip: { compression: { above: 0, algorithm: 'gzip' } },
  encrypted: { encryption: encryption({ keys: KEYS, current: 'a' }) },
  'zstd and encrypted': {
    compression: { above: 0, algorithm: 'zstd' },
    encryption: encryption({ keys: KEYS, current: 'a' }),
  },
}

describe.each(Object.entries(PIPELINES))('%s', (_, pipeline) => {
  const codecs = { msgpack: valueCodec(pipeline), json: valueCodec({ ...pipeline, codec: json() }) }

  test.each(Object.entries(JSON_VALUES))('%s comes back equal from msgpack and JSON', (_, value) => {
    for (const codec of Object.values(codecs)) expect(read(codec, stored(codec, value))).toStrictEqual(value)
  })

  test.each(Object.entries(RICH_VALUES))('%s comes back equal from msgpack', (_, value) => {
    expect(read(codecs.msgpack, stored(codecs.msgpack, value))).toStrictEqual(value)
  })
})

describe.each(Object.entries(PIPELINES))('by a layout, %s', (_, pipeline) => {
  const codec = laidOutCodec(pipeline)
  test.each(Object.entries({ ...JSON_VALUES, ...RICH_VALUES }))('%s comes back equal', (_, value) => {
    expect(read(codec, storedAgain(codec, value))).toStrictEqual(value)
  })
})

test('the order in which values are written does not matter', () => {
  const codec = msgpack()
  const values = [...Object.values(JSON_VALUES), ...Object.values(RICH_VALUES)]
  for (const value of [...values, ...values.reverse()]) {
    expect(codec.decode(Buffer.from(codec.encode(value)))).toStrictEqual(value)
  }
}, 20_000)

test('a Buffer stays a Buffer and a Uint8Array a Uint8Array', () => {
  const codec = valueCodec()
  const value = read(codec, stored(codec, { b: Buffer.from('b'), u: new Uint8Array([1]) })) as {
    b: unknown
    u: unknown
  }
  expect(Buffer.isBuffer(value.b)).toBe(true)
  expect(Object.getPrototypeOf(value.u)).toBe(Uint8Array.prototype)
})

test('what a program may write and read is equal, whatever it is', () => {
  const codecs = Object.values(PIPELINES).flatMap(pipeline => [valueCodec(pipeline), laidOutCodec(pipeline)])
  const anything = fc.anything({
    key: fc.string({ unit: 'binary' }),
    values: [
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, undefined, '', 0, -0, NaN, '__proto__', '\ud800', '\ufeff'),
      fc.bigInt(),
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
      fc.date(),
      fc.uint8Array().map(bytes => Buffer.from(bytes)),
    ],
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withDate: true,
    maxDepth: 4,
  })
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 3 }), fc.nat(codecs.length - 1), (value, which) => {
      const codec = codecs[which] ?? valueCodec()
      expect(read(codec, storedAgain(codec, value))).toStrictEqual(value)
    }),
    { numRuns: 3000 },
  )
}, 60_000)

test('rows of one shape with any keys are equal', () => {
  const codec = valueCodec()
  const laidOut = laidOutCodec()
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 6 }),
      fc.nat(40),
      fc.nat(300),
      (keys, count, from) => {
        const list = Array.from({ length: count }, (_, i) =>
          Object.fromEntries(keys.map((key, k) => [key, from + i * k])),
        )
        expect(read(codec, stored(codec, list))).toStrictEqual(list)
        expect(read(laidOut, storedAgain(laidOut, list))).toStrictEqual(list)
      },
    ),
    { numRuns: 500 },
  )
})

test('the times, tags and position come back as given', () => {
  const codec = valueCodec()
  expect(codec.open('shop:user:1', stored(codec, 1))).toMatchObject({
    ...META,
    mark: 0,
    s0: 42,
    epoch: 'abcd1234',
  })
})

test('a decoded value shares no memory with the bytes it was read from', () => {
  for (const pipeline of Object.values(PIPELINES)) {
    const codec = valueCodec(pipeline)
    const value = {
      b: Buffer.alloc(300, 7),
      u: new Uint8Array(300),
      a: new ArrayBuffer(9),
      s: 'text'.repeat(50),
    }
    const bytes = stored(codec, value)
    const decoded = read(codec, bytes) as typeof value
    bytes.fill(0xff)
    expect(decoded).toStrictEqual(value)
    expect(decoded.b.buffer).not.toBe(bytes.buffer)
    expect(decoded.b.buffer.byteLength).toBe(300)
    decoded.b.fill(1)
    expect(bytes.every(byte => byte === 0xff)).toBe(true)
  }
})

test('the value that was stored is not changed', () => {
  const codec = valueCodec()
  const value = Object.freeze({
    a: Object.freeze([-0, Object.freeze(new Map([[1, '\ud800']]))]),
    '\ufeff': '\udfff',
  })
  const bytes = stored(codec, value)
  expect(value).toStrictEqual({ a: [-0, new Map([[1, '\ud800']])], '\ufeff': '\udfff' })
  expect(read(codec, bytes)).toStrictEqual(value)
})
