import { describe, expect, test } from 'vitest'
import type { Codec } from '../../src/codec/codec.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { raw } from '../../src/codec/raw.ts'
import { codeOf, errorOf, KEY, META, nested, read, stored, valueCodec } from './support.ts'

const custom = (change: Partial<Codec> = {}): Codec => ({
  id: 'mine',
  flag: 15,
  encode: value => Buffer.from(String(value)),
  decode: bytes => bytes,
  ...change,
})

test('undefined is not a value and null is one', () => {
  for (const codec of [valueCodec(), valueCodec({ codec: json() })]) {
    expect(codeOf(() => codec.seal(KEY, undefined, META))).toBe('E_VALUE')
    expect(read(codec, stored(codec, null))).toBeNull()
  }
})

test('bytes are those of the codec, both ways', () => {
  const codec = valueCodec({ codec: json(), compression: { above: 0, algorithm: 'gzip' } })
  expect(codec.seal(KEY, 'x'.repeat(1000), META).bytes).toBe(1002)
  expect(codec.body(KEY, codec.open(KEY, stored(codec, 'x'.repeat(1000)))).bytes).toBe(1002)
})

test('a value over maxBytes is neither written nor read', () => {
  const small = valueCodec({ codec: raw(), maxBytes: 100 })
  expect(() => small.seal(KEY, Buffer.alloc(100), META)).not.toThrow()
  expect(codeOf(() => small.seal(KEY, Buffer.alloc(101), META))).toBe('E_VALUE')
  for (const compression of [undefined, { above: 0, algorithm: 'zstd' as const }]) {
    const bytes = stored(valueCodec({ codec: raw(), compression }), Buffer.alloc(101))
    expect(codeOf(() => read(small, bytes))).toBe('E_CODEC')
  }
})

test('a body of any codec of tiercache is read, whichever is configured', () => {
  const codecs = [raw(), msgpack(), json(), custom()].map(codec => valueCodec({ codec }))
  const value = Buffer.from('bytes')
  for (const reader of codecs) {
    expect(codecs.slice(0, 2).map(writer => read(reader, stored(writer, value)))).toStrictEqual([
      value,
      value,
    ])
    expect(read(reader, stored(valueCodec({ codec: json() }), { a: 1 }))).toStrictEqual({ a: 1 })
  }
  expect(codeOf(() => read(valueCodec(), stored(valueCodec({ codec: custom() }), 1)))).toBe('E_CODEC')
})

describe('raw', () => {
  const codec = valueCodec({ codec: raw() })
  test('takes bytes and gives a Buffer of its own', () => {
    const bytes = stored(codec, new Uint8Array([9, 1, 2]).subarray(1))
    const value = read(codec, bytes)
    bytes.fill(0)
    expect(value).toStrictEqual(Buffer.from([1, 2]))
  })
  test('takes nothing else', () => {
    for (const value of ['text', null, 1, {}, new ArrayBuffer(1)]) {
      expect(codeOf(() => codec.seal(KEY, value, META))).toBe('E_VALUE')
    }
  })
})

describe('JSON', () => {
  const codec = valueCodec({ codec: json() })
  test('refuses what it has no word for', () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    for (const value of [() => 1, Symbol('s'), 1n, cyclic, nested(257)]) {
      expect(codeOf(() => codec.seal(KEY, value, META))).toBe('E_VALUE')
    }
  })
  test('reads no deeper than it writes', () => {
    const depth = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels))
    const forged = valueCodec({ codec: { ...json(), encode: value => value as Buffer } })
    expect(() => read(codec, stored(forged, depth(256)))).not.toThrow()
    for (const bytes of [depth(257), depth(100_000), Buffer.from('{"a":'), Buffer.from([0xff])]) {
      expect(codeOf(() => read(codec, stored(forged, bytes)))).toBe('E_CODEC')
    }
  })
  test('lets an object with toJSON be as cyclic as it likes inside', () => {
    const document = { parent: undefined as unknown, toJSON: (): string => 'x'.repeat(1000) }
    document.parent = document
    expect(read(codec, stored(codec, document))).toBe('x'.repeat(1000))
  })
})

describe('a codec of your own', () => {
  test('gets bytes that nothing else uses', () => {
    const codec = valueCodec({ codec: custom() })
    const bytes = stored(codec, 'text')
    const value = read(codec, bytes)
    bytes.fill(0)
    expect(value).toStrictEqual(Buffer.from('text'))
  })
  test('that throws is E_VALUE when writing and E_CODEC when reading, with its error as the cause', () => {
    const cause = new Error('mine')
    const fail = (): never => {
      throw cause
    }
    const failing = valueCodec({ codec: custom({ encode: fail, decode: fail }) })
    expect(errorOf(() => failing.seal(KEY, 1, META))).toMatchObject({ code: 'E_VALUE', cause })
    const bytes = stored(valueCodec({ codec: custom() }), 1)
    expect(errorOf(() => read(failing, bytes))).toMatchObject({ code: 'E_CODEC', cause })
  })
  test('that decodes to undefined is E_CODEC', () => {
    const codec = valueCodec({ codec: custom({ decode: () => undefined }) })
    expect(codeOf(() => read(codec, stored(codec, 1)))).toBe('E_CODEC')
  })
  test('that makes no Buffer is E_VALUE', () => {
    const codec = valueCodec({ codec: custom({ encode: () => 'text' as unknown as Buffer }) })
    expect(codeOf(() => codec.seal(KEY, 1, META))).toBe('E_VALUE')
  })
  test('must not take the flag of another', () => {
    for (const flag of [0, 1, 2, 3, 16, -1, NaN]) {
      expect(errorOf(() => valueCodec({ codec: custom({ flag }) }))).toMatchObject({ path: 'codec.flag' })
    }
  })
})

test('maxBytes must be a size', () => {
  for (const maxBytes of [0, -1, NaN]) expect(errorOf(() => valueCodec({ maxBytes })).code).toBe('E_OPTION')
  expect(() => valueCodec({ maxBytes: Infinity })).not.toThrow()
})
