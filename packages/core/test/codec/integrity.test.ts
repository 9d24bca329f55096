import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { integrity } from '../../src/codec/integrity.ts'
import { json } from '../../src/codec/json.ts'
import { CUSTOM_FLAG } from '../../src/codec/codec.ts'
import { errorOf, KEY, read, stored, valueCodec } from './support.ts'

const OLD = Buffer.alloc(32, 1)
const NEW = Buffer.alloc(32, 2)
const withKeys = (keys: Record<string, Buffer | string>, current: string) =>
  valueCodec({ integrity: integrity({ keys, current }) })
const codec = withKeys({ old: OLD }, 'old')
const VALUE = { text: 'a readable thing', at: new Date(5), bytes: Buffer.from('bytes') }

test('a value comes back, and stays readable in Redis', () => {
  expect(stored(codec, VALUE).includes('a readable thing')).toBe(true)
  expect(read(codec, stored(codec, VALUE))).toStrictEqual(VALUE)
})

test('the same value is the same bytes', () => {
  expect(stored(codec, VALUE).equals(stored(codec, VALUE))).toBe(true)
})

test('keys rotate: the new one writes, the old one still reads, and is a miss once dropped', () => {
  const before = stored(codec, VALUE)
  const rotating = withKeys({ old: OLD, new: NEW.toString('base64') }, 'new')
  expect(read(rotating, before)).toStrictEqual(VALUE)
  const rotated = withKeys({ new: NEW }, 'new')
  expect(read(rotated, stored(rotating, VALUE))).toStrictEqual(VALUE)
  expect(errorOf(() => read(rotated, before)).message).toContain('not listed')
})

test('a different key under the same id does not read it', () => {
  const other = withKeys({ old: NEW }, 'old')
  expect(errorOf(() => read(other, stored(codec, VALUE))).message).toContain('not authentic')
})

test('a value with a tag is a miss where no keys are given, and one without where they are', () => {
  expect(errorOf(() => read(valueCodec(), stored(codec, VALUE))).message).toContain('no keys are given')
  expect(errorOf(() => read(codec, stored(valueCodec(), VALUE))).message).toContain('not authenticated')
})

test.each(['zstd', 'brotli', 'gzip'] as const)(
  'what is compressed by %s is vouched for as well',
  algorithm => {
    const made = integrity({ keys: { old: OLD }, current: 'old' })
    const both = valueCodec({ integrity: made, compression: { above: 0, algorithm } })
    const value = { text: 'again and again '.repeat(100) }
    expect(stored(both, value).length).toBeLessThan(400)
    expect(read(both, stored(both, value))).toStrictEqual(value)
  },
)

test('a codec of your own gets bytes that nothing else uses', () => {
  const inner = json()
  const seen: Buffer[] = []
  const own = {
    ...inner,
    id: 'own',
    flag: CUSTOM_FLAG,
    decode(bytes: Buffer) {
      seen.push(bytes)
      return inner.decode(bytes)
    },
  }
  const made = integrity({ keys: { old: OLD }, current: 'old' })
  const custom = valueCodec({ codec: own, integrity: made })
  const bytes = stored(custom, { a: 1 })
  read(custom, bytes)
  bytes.fill(0)
  expect(seen.map(String)).toEqual(['{"a":1}'])
})

test('a body that is not authentic is never decoded, nor decompressed', () => {
  let decoded = 0
  const own = { id: 'own', flag: CUSTOM_FLAG, encode: () => Buffer.alloc(100), decode: () => ++decoded }
  const forger = valueCodec({ codec: own, integrity: integrity({ keys: { old: NEW }, current: 'old' }) })
  const reader = valueCodec({ codec: own, integrity: integrity({ keys: { old: OLD }, current: 'old' }) })
  expect(errorOf(() => read(reader, stored(forger, 1))).code).toBe('E_CODEC')
  expect(decoded).toBe(0)
})

describe('options', () => {
  const secret = 'c2VjcmV0IGtleSBtYXRlcmlhbCwgbmV2ZXIgc2hvd24='
  test.each<[string, unknown, string]>([
    ['a short key', { keys: { a: Buffer.alloc(31, 7) }, current: 'a' }, 'integrity.keys.a'],
    ['a key that is not base64', { keys: { a: `${secret}!` }, current: 'a' }, 'integrity.keys.a'],
    ['a key of another type', { keys: { a: 5 }, current: 'a' }, 'integrity.keys.a'],
    ['an empty id', { keys: { '': OLD }, current: '' }, 'integrity.keys'],
    ['an id too long', { keys: { ['x'.repeat(256)]: OLD }, current: 'x' }, 'integrity.keys'],
    ['a current key that is not there', { keys: { a: OLD }, current: '__proto__' }, 'integrity.current'],
    ['no keys', { current: 'a' }, 'integrity.keys'],
    ['an option that there is not', { keys: { a: OLD }, current: 'a', curent: 'a' }, 'integrity.curent'],
    ['nothing', undefined, 'integrity'],
  ])('%s is refused at once, without showing it', (_, options, path) => {
    const error = errorOf(() => integrity(options as Parameters<typeof integrity>[0]))
    expect(error).toMatchObject({ code: 'E_OPTION', path, value: undefined })
    expect(inspect(error, { depth: 9 })).not.toContain(secret.slice(0, 20))
  })

  test('neither the keys nor their bytes show when it is printed', () => {
    const text = inspect(integrity({ keys: { a: secret }, current: 'a' }), { depth: 9, showHidden: true })
    expect(text).not.toContain(secret)
    expect(text).not.toContain('key material')
  })

  test('a key changed after the fact changes nothing', () => {
    const key = Buffer.from(OLD)
    const mine = withKeys({ old: key }, 'old')
    key.fill(9)
    expect(read(codec, stored(mine, VALUE), KEY)).toStrictEqual(VALUE)
  })
})
