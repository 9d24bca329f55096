import { describe, expect, test } from 'vitest'
import { encryption } from '../../src/codec/encryption.ts'
import { boundFacts, FIXED_BYTES, joinEnvelope, sealTail } from '../../src/codec/envelope.ts'
import { integrity } from '../../src/codec/integrity.ts'
import { codeOf, EPOCH, errorOf, KEY, META, read, stored, valueCodec } from '../codec/support.ts'

const OPTIONS = { keys: { k: Buffer.alloc(32, 1) }, current: 'k' }
const VALUE = { role: 'user' }

// What both promise: whoever can write to Redis cannot make a value that is read.
describe.each([
  ['encryption', { encryption: encryption(OPTIONS) }],
  ['integrity', { integrity: integrity(OPTIONS) }],
])('with %s, an attacker who can write to Redis', (_, protection) => {
  const codec = valueCodec(protection)
  const { body, flags } = codec.open(KEY, stored(codec, VALUE))
  const facts = { keyId: KEY, flags, ...META, body }
  const forged = (change: object, keyId = KEY): (() => unknown) => {
    const bytes = joinEnvelope(42, EPOCH, sealTail({ ...facts, ...change, keyId }))
    return () => read(codec, bytes, keyId)
  }
  const changed = (at: number): Buffer => Buffer.from(body.map((byte, i) => (i === at ? byte ^ 1 : byte)))

  test('reaches the value only with all facts unchanged', () => {
    expect(forged({})()).toStrictEqual(VALUE)
  })

  test.each<[string, object]>([
    ['strips the tags', { tags: [] }],
    ['adds a tag', { tags: [...META.tags, 'more'] }],
    ['turns the tags round', { tags: META.tags.toReversed() }],
    ['moves a letter from one tag to the next', { tags: ['org:7g', 'röße'] }],
    ['makes one tag of two', { tags: [META.tags.join('')] }],
    ['makes it live longer', { ttlMs: META.ttlMs + 1 }],
    ['makes it younger', { bornMs: META.bornMs + 1 }],
    ['gives it grace', { graceMs: META.graceMs + 1 }],
    ['makes another codec read it', { flags: flags ^ 3 }],
    ['says it is compressed', { flags: flags | 0x10 }],
    ['says it is not protected', { flags: flags & 0x3f }],
    ['says it is protected otherwise', { flags: flags ^ 0xc0 }],
    ['cuts the tag', { body: body.subarray(0, 20) }],
    ['cuts the last byte', { body: body.subarray(0, -1) }],
    ['adds a byte', { body: Buffer.concat([body, Buffer.alloc(1)]) }],
    ['cuts everything', { body: Buffer.alloc(0) }],
    ['names a key that is not there', { body: Buffer.concat([Buffer.from([1, 0x7a]), body.subarray(2)]) }],
    ['names no key', { body: Buffer.concat([Buffer.from([0]), body.subarray(2)]) }],
    ['names a key longer than the body', { body: Buffer.concat([Buffer.from([255]), body.subarray(1)]) }],
    ['writes his own without a tag', { flags: 1, body: Buffer.from([0x2a]) }],
    ['uses a flag that has no meaning', { flags: flags | 0xc0 }],
  ])('is refused when he %s', (_case, change) => {
    expect(codeOf(forged(change))).toBe('E_CODEC')
  })

  test('is refused whichever byte of the body he changes', () => {
    const read = [...body.keys()].filter(at => errorOf(forged({ body: changed(at) })).code !== 'E_CODEC')
    expect(read).toEqual([])
  })

  test('is refused when he moves it to another key', () => {
    expect(codeOf(forged({}, 'shop:user:2'))).toBe('E_CODEC')
  })

  test('is refused when he moves it to another namespace', () => {
    const elsewhere = valueCodec({ ...protection, namespace: 'blog' })
    expect(codeOf(() => read(elsewhere, stored(codec, VALUE)))).toBe('E_CODEC')
  })

  test('is refused when a letter moves from the namespace to the key', () => {
    const one = valueCodec({ ...protection, namespace: 'ab' })
    const other = valueCodec({ ...protection, namespace: 'a' })
    const sealed = one.open('c', stored(one, VALUE, 'c'))
    expect(codeOf(() => other.body('bc', sealed))).toBe('E_CODEC')
  })

  test('is refused with tags that are no UTF-8', () => {
    const bytes = stored(codec, VALUE)
    bytes.fill(0xff, FIXED_BYTES + 4, FIXED_BYTES + 9)
    const opened = codec.open(KEY, stored(codec, VALUE))
    expect(codeOf(() => read(codec, bytes))).toBe('E_CODEC')
    expect(codeOf(() => codec.body(KEY, { ...opened, tags: ['\ud800'] }))).toBe('E_CODEC')
  })

  // Documented: Redis writes these, so they cannot be covered.
  test('can change mark, S0 and epoch, and nothing beside', () => {
    const { tail } = codec.seal(KEY, VALUE, META)
    expect(read(codec, joinEnvelope(9e15, 'zzzzzzzz', tail, 1))).toStrictEqual(VALUE)
  })
})

describe('what a value is bound to', () => {
  const bound = { namespace: 'n', keyId: 'k', flags: 1, bornMs: 1, ttlMs: 2, graceMs: 3, tags: ['t'] }
  const others = [
    { format: 'times', ...bound, bornMs: 2, ttlMs: 1 },
    { ...bound, namespace: 'nk', keyId: '' },
    { ...bound, namespace: '', keyId: 'nk' },
    { ...bound, keyId: 'kt', tags: [] },
    { ...bound, keyId: 'k', tags: [''] },
    { ...bound, keyId: 'k', tags: ['', 't'] },
    { ...bound, tags: ['t', ''] },
    { ...bound, flags: 2 },
    { ...bound, graceMs: 4 },
    { ...bound, state: new Uint8Array(0) },
    { ...bound, state: Uint8Array.of(1) },
    { ...bound, state: Uint8Array.of(1, 2) },
    { ...bound, tags: [], state: Uint8Array.of(0, 0, 0, 1, 116) },
  ]

  test('is told apart, and none begins as another does, so that a body cannot pass for a part of it', () => {
    const all = [bound, ...others].map(boundFacts)
    for (const [i, one] of all.entries()) {
      const same = all.filter((other, j) => i !== j && other.subarray(0, one.length).equals(one))
      expect(same).toEqual([])
    }
  })

  test('holds the format version', () => {
    expect(boundFacts(bound)[0]).toBe(1)
  })
})

describe('options', () => {
  const made = { encryption: encryption(OPTIONS), integrity: integrity(OPTIONS) }

  test('both at once are refused: encryption vouches for as much', () => {
    expect(errorOf(() => valueCodec(made))).toMatchObject({ code: 'E_OPTION', path: 'integrity' })
  })

  test.each([
    ['encryption', OPTIONS],
    ['encryption', true],
    ['encryption', null],
    ['encryption', made.integrity],
    ['integrity', OPTIONS],
    ['integrity', false],
    ['integrity', null],
    ['integrity', made.encryption],
  ])('%s as %o is refused at once, and no key is in the error', (name, given) => {
    const error = errorOf(() => valueCodec({ [name]: given }))
    expect(error).toMatchObject({ code: 'E_OPTION', path: name, value: undefined })
  })
})
