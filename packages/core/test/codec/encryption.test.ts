import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { encryption } from '../../src/codec/encryption.ts'
import { FIXED_BYTES, joinEnvelope, sealTail } from '../../src/codec/envelope.ts'
import { codeOf, EPOCH, errorOf, KEY, META, read, stored, valueCodec } from './support.ts'

const OLD = Buffer.alloc(32, 1)
const NEW = Buffer.alloc(32, 2)
const withKeys = (keys: Record<string, Buffer | string>, current: string) =>
  valueCodec({ encryption: encryption({ keys, current }) })
const codec = withKeys({ old: OLD }, 'old')
const VALUE = { secret: 'a very secret thing' }

test('nothing of the value can be read from the stored bytes', () => {
  expect(stored(codec, VALUE).includes('secret')).toBe(false)
  expect(read(codec, stored(codec, VALUE))).toStrictEqual(VALUE)
})

test('the same value is never stored as the same bytes', () => {
  expect(stored(codec, VALUE).equals(stored(codec, VALUE))).toBe(false)
})

test('keys rotate: the new one writes, the old one still reads, and is a miss once dropped', () => {
  const before = stored(codec, VALUE)
  const rotating = withKeys({ old: OLD, new: NEW.toString('base64') }, 'new')
  expect(read(rotating, before)).toStrictEqual(VALUE)
  const after = stored(rotating, VALUE)
  const rotated = withKeys({ new: NEW }, 'new')
  expect(read(rotated, after)).toStrictEqual(VALUE)
  expect(errorOf(() => read(rotated, before))).toMatchObject({ code: 'E_CODEC' })
  expect(errorOf(() => read(rotated, before)).message).toContain('not listed')
})

test('a different key under the same id does not read it', () => {
  expect(errorOf(() => read(withKeys({ old: NEW }, 'old'), stored(codec, VALUE))).message).toContain(
    'not authentic',
  )
})

describe('an attacker who can write to Redis', () => {
  const { body, flags } = codec.open(KEY, stored(codec, VALUE))
  const facts = { keyId: KEY, flags, ...META, body }
  const forged = (change: object, keyId = KEY): (() => unknown) => {
    const bytes = joinEnvelope(42, EPOCH, sealTail({ ...facts, ...change, keyId }))
    return () => read(codec, bytes, keyId)
  }

  test('reaches the value only with all facts unchanged', () => {
    expect(forged({})()).toStrictEqual(VALUE)
  })

  test.each<[string, object]>([
    ['strips the tags', { tags: [] }],
    ['moves a letter from one tag to the next', { tags: ['org:7g', 'röße'] }],
    ['makes it live longer', { ttlMs: META.ttlMs + 1 }],
    ['makes it younger', { bornMs: META.bornMs + 1 }],
    ['gives it grace', { graceMs: META.graceMs + 1 }],
    ['makes another codec read it', { flags: flags ^ 3 }],
    ['says it is compressed', { flags: flags | 0x10 }],
    [
      'changes a byte',
      { body: Buffer.from(body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte))) },
    ],
    ['cuts the tag', { body: body.subarray(0, 20) }],
    ['cuts everything', { body: Buffer.alloc(0) }],
    ['writes it without encryption', { flags: 1, body: Buffer.from([0x2a]) }],
  ])('is refused when he %s', (_, change) => {
    expect(codeOf(forged(change))).toBe('E_CODEC')
  })

  test('is refused when he moves it to another key', () => {
    expect(codeOf(forged({}, 'shop:user:2'))).toBe('E_CODEC')
  })

  test('is refused with tags that are no UTF-8', () => {
    const bytes = stored(codec, VALUE)
    bytes.fill(0xff, FIXED_BYTES + 4, FIXED_BYTES + 9)
    expect(
      codeOf(() => codec.body(KEY, { ...codec.open(KEY, stored(codec, VALUE)), tags: ['\ud800'] })),
    ).toBe('E_CODEC')
  })
})

test('an encrypted value is a miss where no keys are given', () => {
  expect(errorOf(() => read(valueCodec(), stored(codec, VALUE))).message).toContain('no keys are given')
})

describe('options', () => {
  const secret = 'c2VjcmV0IGtleSBtYXRlcmlhbCwgbmV2ZXIgc2hvd24='
  test.each<[string, object, string]>([
    ['a short key', { keys: { a: Buffer.alloc(31, 7) }, current: 'a' }, 'encryption.keys.a'],
    ['a key that is not base64', { keys: { a: `${secret}!` }, current: 'a' }, 'encryption.keys.a'],
    ['a key of another size', { keys: { a: secret.slice(0, 24) }, current: 'a' }, 'encryption.keys.a'],
    ['a key of another type', { keys: { a: 5 }, current: 'a' }, 'encryption.keys.a'],
    ['an empty id', { keys: { '': OLD }, current: '' }, 'encryption.keys'],
    ['an id too long', { keys: { ['x'.repeat(256)]: OLD }, current: 'x' }, 'encryption.keys'],
    ['a current key that is not there', { keys: { a: OLD }, current: 'toString' }, 'encryption.current'],
    ['no keys', { current: 'a' }, 'encryption.keys'],
  ])('%s is refused at once, without showing it', (_, options, path) => {
    const error = errorOf(() => encryption(options as Parameters<typeof encryption>[0]))
    expect(error).toMatchObject({ code: 'E_OPTION', path, value: undefined })
    expect(inspect(error, { depth: 9 })).not.toContain(secret.slice(0, 20))
  })

  test('neither the keys nor their bytes show when the codec is printed', () => {
    const text = inspect(encryption({ keys: { a: secret }, current: 'a' }), { depth: 9, showHidden: true })
    expect(text).not.toContain(secret)
    expect(text).not.toContain('key material')
  })

  test('a key changed after the fact changes nothing', () => {
    const key = Buffer.from(OLD)
    const mine = withKeys({ old: key }, 'old')
    key.fill(9)
    expect(read(codec, stored(mine, VALUE))).toStrictEqual(VALUE)
  })
})
