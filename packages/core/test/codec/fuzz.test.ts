import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { encryption } from '../../src/codec/encryption.ts'
import { FIXED_BYTES, HEAD_BYTES } from '../../src/codec/envelope.ts'
import { integrity } from '../../src/codec/integrity.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { CacheError } from '../../src/errors.ts'
import { KEY, laidOutCodec, storedAgain, valueCodec } from './support.ts'

/** mulberry32: the same mutations in each run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const rows = Array.from({ length: 20 }, (_, i) => ({ id: i, name: `row ${i}`, at: new Date(i), on: true }))
const values = [
  null,
  'text',
  { a: 1, b: [1, 2, { c: new Map([[1, new Set([2])]]) }], d: -0, e: 2n ** 80n },
  rows,
  { when: new Date(5), bytes: Buffer.from('bytes'), more: new Float64Array([1, 2]), text: 'x'.repeat(200) },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  [new Error('e', { cause: /x/g }), '\ud800', undefined, NaN],
]
const WITH_BIGINT = 2 // JSON has none
const codecs = {
  msgpack: valueCodec(),
  json: valueCodec({ codec: json() }),
  zstd: valueCodec({ compression: { above: 0, algorithm: 'zstd' } }),
  brotli: valueCodec({ compression: { above: 0, algorithm: 'brotli' } }),
  gzip: valueCodec({ compression: { above: 0, algorithm: 'gzip' } }),
  authenticated: valueCodec({ integrity: integrity({ keys: { a: Buffer.alloc(32, 1) }, current: 'a' }) }),
  encrypted: valueCodec({ encryption: encryption({ keys: { a: Buffer.alloc(32, 1) }, current: 'a' }) }),
  laidOut: laidOutCodec(),
}
const samples = Object.values(codecs).flatMap(codec =>
  values
    .filter((_, i) => codec !== codecs.json || i !== WITH_BIGINT)
    .map(value => ({ codec, bytes: storedAgain(codec, value) })),
)

function mutate(bytes: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  switch (random(6)) {
    case 0: {
      const flipped = Buffer.from(bytes)
      const at = random(flipped.length)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8))
      return flipped
    }
    case 1: {
      const changed = Buffer.from(bytes)
      for (let i = random(8); i >= 0; i--) changed[random(changed.length)] = random(256)
      return changed
    }
    case 2:
      return bytes.subarray(0, random(bytes.length))
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(1 + random(40), random(256))])
    case 4: {
      const cut = random(Math.min(bytes.length, other.length))
      return Buffer.concat([bytes.subarray(0, cut), other.subarray(cut)])
    }
    default: {
      const at = random(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))])
    }
  }
}

function pick<T>(list: readonly T[], random: (below: number) => number): T {
  const item = list[random(list.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

function expectNoHarm(error: unknown): void {
  if (!(error instanceof CacheError) || error.code !== 'E_CODEC') throw error
}

test('50 000 damaged values: a refusal, or what the checksum does not cover', () => {
  const random = randomFrom(1)
  let refused = 0
  for (let i = 0; i < 50_000; i++) {
    const { codec, bytes } = pick(samples, random)
    const mutant = mutate(bytes, pick(samples, random).bytes, random)
    try {
      codec.body(KEY, codec.open(KEY, mutant))
      // Read after all: everything from the flags on is some value that was written.
      const tail = mutant.subarray(HEAD_BYTES)
      if (!samples.some(sample => tail.equals(sample.bytes.subarray(HEAD_BYTES)))) {
        throw new Error(`read a value that nobody wrote: ${mutant.toString('hex')}`)
      }
    } catch (error) {
      expectNoHarm(error)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(30_000)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}, 10_000)

test('20 000 damaged values under a correct checksum: a refusal, or some value that nobody vouches for', () => {
  const random = randomFrom(2)
  let refused = 0
  for (let i = 0; i < 20_000; i++) {
    const { codec, bytes } = pick(samples, random)
    const header = bytes.subarray(0, FIXED_BYTES)
    const rest = mutate(
      bytes.subarray(FIXED_BYTES),
      pick(samples, random).bytes.subarray(FIXED_BYTES),
      random,
    )
    const mutant = Buffer.concat([header, rest])
    if (random(4) === 0) mutant[23] = random(256)
    mutant.writeUInt32BE(crc32(mutant.subarray(23)), 19)
    try {
      codec.body(KEY, codec.open(KEY, mutant))
      if (codec !== codecs.authenticated && codec !== codecs.encrypted) continue
      // Protected: what was read was written, if not by this one.
      const tail = mutant.subarray(FIXED_BYTES)
      if (!samples.some(sample => tail.equals(sample.bytes.subarray(FIXED_BYTES)))) {
        throw new Error(`read a value that nobody wrote: ${mutant.toString('hex')}`)
      }
    } catch (error) {
      expectNoHarm(error)
      // It is the other checks that are looked at.
      if (error instanceof CacheError && error.message.includes('checksum')) throw error
      refused++
    }
  }
  expect(refused).toBeGreaterThan(8000)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}, 20_000)

test('50 000 runs of random bytes as MessagePack: a refusal, or some value, and the codec still works', () => {
  const random = randomFrom(3)
  const codec = msgpack()
  // Bytes that open something are more likely, so that the bytes after them are read as well.
  const openers = [
    0x81, 0x82, 0x91, 0x93, 0xc1, 0xd4, 0x72, 0x40, 0x41, 0xc7, 0xc4, 0xd9, 0xdc, 0xde, 0x74, 0x42, 0xff,
    0xa1,
  ]
  for (let i = 0; i < 50_000; i++) {
    const bytes = Buffer.from(
      Array.from({ length: random(60) }, () => (random(2) ? pick(openers, random) : random(256))),
    )
    try {
      codec.decode(bytes)
    } catch (error) {
      expectNoHarm(error)
    }
  }
  // Not toStrictEqual: it compares `constructor`, which is data here.
  expect(isDeepStrictEqual(codec.decode(Buffer.from(codec.encode(values))), values)).toBe(true)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}, 10_000)
