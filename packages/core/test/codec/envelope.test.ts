import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  FIXED_BYTES,
  HEAD_BYTES,
  headerBytes,
  joinEnvelope,
  MAX_STATE_BYTES,
  MAX_TAGS,
  openEnvelope,
  sealTail,
} from '../../src/codec/envelope.ts'
import { codeOf, errorOf, EPOCH, KEY, META } from './support.ts'

const sealed = { keyId: KEY, flags: 1, ...META, body: Buffer.from('body') }
const whole = (): Buffer => joinEnvelope(42, EPOCH, sealTail(sealed))

test('the bytes are where the script in Redis expects them', () => {
  const bytes = joinEnvelope(2 ** 40 + 0.5, EPOCH, sealTail({ ...sealed, tags: ['ab'] }), 1)
  expect(bytes.subarray(0, 3)).toStrictEqual(Buffer.from([0x54, 1, 1]))
  expect(bytes.readDoubleBE(3)).toBe(2 ** 40 + 0.5)
  expect(bytes.toString('latin1', 11, 19)).toBe(EPOCH)
  expect(bytes.readUInt32BE(19)).toBe(crc32(bytes.subarray(23)))
  expect(bytes[23]).toBe(1)
  // FNV-1a of 'shop:user:1' from its usual offset basis, and from another
  expect(bytes.toString('hex', 24, 28)).toBe('fb025e4f')
  expect(bytes.readUIntBE(32, 6)).toBe(META.bornMs)
  expect(bytes.readUIntBE(38, 6)).toBe(META.ttlMs)
  expect(bytes.readUIntBE(44, 6)).toBe(META.graceMs)
  expect(bytes.subarray(50)).toStrictEqual(Buffer.from('\0\x01\0\x02abbody'))
  expect([HEAD_BYTES, FIXED_BYTES]).toStrictEqual([19, 50])
})

test('what was sealed is opened, and the script may change mark, S0 and epoch', () => {
  const { keyId: _, ...facts } = sealed
  expect(openEnvelope(whole(), KEY)).toStrictEqual({ ...facts, mark: 0, s0: 42, epoch: EPOCH })
  const bytes = joinEnvelope(-1, 'zzzzzzzz', whole().subarray(HEAD_BYTES), 1)
  expect(openEnvelope(bytes, KEY)).toStrictEqual({ ...facts, mark: 1, s0: -1, epoch: 'zzzzzzzz' })
})

test('the largest times, 64 tags and an empty body fit', () => {
  const extreme = {
    ...sealed,
    bornMs: 2 ** 48 - 1,
    ttlMs: 2 ** 48 - 1,
    graceMs: 0,
    tags: Array.from({ length: MAX_TAGS }, (_, i) => 'é'.repeat(i)),
    body: Buffer.alloc(0),
  }
  const { keyId: _, ...facts } = extreme
  expect(openEnvelope(joinEnvelope(0, EPOCH, sealTail(extreme)), KEY)).toMatchObject(facts)
})

describe('the state of a ttl policy', () => {
  const state = Uint8Array.from({ length: MAX_STATE_BYTES }, (_, i) => 255 - i)
  const kept = (more: object): Buffer => joinEnvelope(42, EPOCH, sealTail({ ...sealed, state, ...more }))

  test('travels with the value, between tags and body, whatever these are', () => {
    for (const more of [{}, { tags: [] }, { body: Buffer.alloc(0) }, { state: new Uint8Array(0) }])
      expect(openEnvelope(kept(more), KEY)).toMatchObject({
        tags: META.tags,
        body: sealed.body,
        state,
        ...more,
      })
  })

  test('is a copy, so that it does not keep the bytes of the whole value', () => {
    expect(openEnvelope(kept({}), KEY).state?.buffer.byteLength).toBe(MAX_STATE_BYTES)
  })

  test('without one not a byte is other than it was', () => {
    expect(sealTail({ ...sealed, state: undefined })).toStrictEqual(sealTail(sealed))
  })

  test('extras of a kind that is not known here are passed over', () => {
    const bytes = kept({ state: Uint8Array.of(7), tags: [] })
    bytes[53] = 9
    bytes.writeUInt32BE(crc32(bytes.subarray(23)), 19)
    expect(openEnvelope(bytes, KEY)).not.toHaveProperty('state')
    expect(openEnvelope(bytes, KEY).body).toStrictEqual(sealed.body)
  })

  test('extras that are broken are refused, and a state over 20 bytes is not written', () => {
    for (const [at, byte] of [
      [52, 255],
      [54, 200],
      [52, 1],
    ] as const) {
      const bytes = kept({ state: Uint8Array.of(7), tags: [] })
      bytes[at] = byte
      bytes.writeUInt32BE(crc32(bytes.subarray(23)), 19)
      expect(errorOf(() => openEnvelope(bytes, KEY)).message).toContain('extras')
    }
    expect(codeOf(() => kept({ state: new Uint8Array(MAX_STATE_BYTES + 1) }))).toBe('E_VALUE')
  })
})

describe('each check says which it was', () => {
  const changed = (at: number, byte: number): Buffer => {
    const bytes = whole()
    bytes[at] = byte
    return bytes
  }
  test.each<[string, Buffer]>([
    ['too short', whole().subarray(0, 51)],
    ['too short', Buffer.alloc(0)],
    ['magic', changed(0, 0x7b)],
    ['format version 2', changed(1, 2)],
    ['mark 2', changed(2, 2)],
    ['S0', joinEnvelope(NaN, EPOCH, sealTail(sealed))],
    ['S0', joinEnvelope(Infinity, EPOCH, sealTail(sealed))],
    ['key hash', changed(24, 0)],
    ['checksum', changed(23, 2)],
    ['checksum', changed(33, 9)],
    ['checksum', changed(19, 9)],
    ['checksum', changed(60, 9)],
    ['checksum', whole().subarray(0, -1)],
    ['checksum', Buffer.concat([whole(), Buffer.alloc(1)])],
  ])('%s', (check, bytes) => {
    const error = errorOf(() => openEnvelope(bytes, KEY))
    expect(error.code).toBe('E_CODEC')
    expect(error.message).toContain(check)
  })

  test('tags that run out of the bytes, under a correct checksum', () => {
    const body = Buffer.from('\0\x02\0\x01a\xff\xffb', 'latin1')
    for (let length = 1; length <= body.length; length++) {
      // A body that reads as tags once the tag count in front of it is cut away.
      const forged = forge(body.subarray(0, length))
      expect(errorOf(() => openEnvelope(forged, KEY)).message).toMatch(/tags|too short/)
    }
    expect(errorOf(() => openEnvelope(forge(Buffer.from([0xff, 0xff])), KEY)).message).toContain(
      'tags (65535',
    )
  })
})

/** An envelope with a correct checksum and these bytes from the tag count on. */
function forge(rest: Buffer): Buffer {
  const bytes = Buffer.concat([whole().subarray(0, FIXED_BYTES), rest])
  bytes.writeUInt32BE(crc32(bytes.subarray(23)), 19)
  return bytes
}

test('a value of another key is refused', () => {
  expect(errorOf(() => openEnvelope(whole(), 'shop:user:2')).message).toContain('key hash')
})

test('tags and times that cannot be written are refused', () => {
  const seal = (change: object) => () => sealTail({ ...sealed, ...change })
  expect(codeOf(seal({ tags: Array.from({ length: 65 }, String) }))).toBe('E_KEY')
  expect(codeOf(seal({ tags: ['x'.repeat(65_536)] }))).toBe('E_KEY')
  expect(codeOf(seal({ tags: ['\ud800'] }))).toBe('E_KEY')
  for (const ms of [-1, NaN, Infinity, 2 ** 48]) expect(codeOf(seal({ ttlMs: ms }))).toBe('E_TTL')
  expect(() => joinEnvelope(1, 'short', Buffer.alloc(0))).toThrow(RangeError)
})

test('the header of any bytes can be named, however few', () => {
  expect(headerBytes(whole())).toStrictEqual(whole().subarray(0, 50))
  expect(headerBytes(Buffer.from('x'))).toStrictEqual(Buffer.from('x'))
})
