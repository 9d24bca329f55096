import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'

/** What values may have in the caches that read these, to stay short: time and memory of one grow with it. */
export const LIMIT_BYTES: number = 1024 * 1024

/** A body that is meant to take the memory or the time of who reads it. */
export interface Bomb {
  readonly name: string
  /** Codec in bits 0–3, compression in 4 and 5, as in a stored value. */
  readonly flags: number
  readonly body: Buffer
  /** It is within the limits, so it may be read. */
  readonly mayBeRead?: true
}

const MSGPACK = 1
const JSON_TEXT = 2
const ZSTD = 0x11
const BROTLI = 0x21
const GZIP = 0x31

/** Every kind that is known. */
export function bombs(): Bomb[] {
  const zeros = Buffer.alloc(64 * LIMIT_BYTES)
  const emptyArrays = listOf(LIMIT_BYTES - 5, Buffer.from([0x90]))
  const compressed = (body: Buffer): Buffer => zstdCompressSync(body)
  return [
    { name: '64 MB of zeros as zstd', flags: ZSTD, body: zstdCompressSync(zeros) },
    {
      name: '64 MB of zeros as brotli',
      flags: BROTLI,
      body: brotliCompressSync(zeros, { params: { 1: 1 } }),
    },
    { name: '64 MB of zeros as gzip', flags: GZIP, body: gzipSync(zeros, { level: 1 }) },
    { name: 'zstd in zstd', flags: ZSTD, body: compressed(compressed(zeros)) },
    { name: 'zstd that is cut short', flags: ZSTD, body: compressed(emptyArrays).subarray(0, -4) },
    ...[0xdc, 0xdd, 0xde, 0xdf, 0xd9, 0xda, 0xdb, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9].map(token => ({
      name: `MessagePack that says of its length only that it is the largest (0x${token.toString(16)})`,
      flags: MSGPACK,
      body: Buffer.from([token, 0xff, 0xff, 0xff, 0xff, 0xff]),
    })),
    { name: 'a million arrays in each other', flags: MSGPACK, body: Buffer.alloc(1_000_000, 0x91) },
    {
      name: 'a million maps in each other',
      flags: MSGPACK,
      body: Buffer.alloc(1_000_000, Buffer.from([0x81, 0xa0])),
    },
    { name: '150 000 records in each other', flags: MSGPACK, body: nestedRecords(150_000) },
    {
      name: 'half a million brackets of JSON',
      flags: JSON_TEXT,
      body: Buffer.from('['.repeat(5e5) + ']'.repeat(5e5)),
    },
    { name: 'JSON of nothing but openings', flags: JSON_TEXT, body: Buffer.from('{"":'.repeat(2.5e5)) },
    { name: 'a body over the limit', flags: MSGPACK, body: listOf(LIMIT_BYTES + 1, Buffer.from([0xc0])) },
    { name: 'a body far over the limit', flags: MSGPACK, body: Buffer.alloc(32 * LIMIT_BYTES, 0xc0) },
    {
      name: 'a regular expression of 64 KB of emoji sets',
      flags: MSGPACK,
      body: patterns(['\\p{RGI_Emoji}'.repeat(4600)]),
    },
    {
      name: 'a regular expression of 64 KB that V8 squares',
      flags: MSGPACK,
      body: patterns([nestedClasses(64_000)]),
    },
    {
      name: '50 000 regular expressions',
      flags: MSGPACK,
      body: patterns(Array.from({ length: 50_000 }, () => '\\p{L}')),
    },
    {
      name: 'as many regular expressions as may be',
      flags: MSGPACK,
      body: patterns(['\\p{RGI_Emoji}'.repeat(143)]),
      mayBeRead: true,
    },
    { name: '140 000 errors', flags: MSGPACK, body: listOf(140_000, hex('96c107a0a090c0')), mayBeRead: true },
    { name: 'a million empty arrays', flags: MSGPACK, body: emptyArrays, mayBeRead: true },
    { name: 'a million empty arrays as zstd', flags: ZSTD, body: compressed(emptyArrays), mayBeRead: true },
    {
      name: 'half a million empty Buffers',
      flags: MSGPACK,
      body: listOf(500_000, hex('c400')),
      mayBeRead: true,
    },
    { name: '60 000 definitions of records', flags: MSGPACK, body: definitions(60_000), mayBeRead: true },
    { name: 'a map of 130 000 names', flags: MSGPACK, body: names(130_000), mayBeRead: true },
    { name: 'a number of 4 million bits', flags: MSGPACK, body: bigInt(500_000), mayBeRead: true },
    {
      name: 'a million digits of JSON',
      flags: JSON_TEXT,
      body: Buffer.alloc(1_000_000, '1'),
      mayBeRead: true,
    },
    {
      name: '350 000 empty objects of JSON',
      flags: JSON_TEXT,
      body: Buffer.from(`[${'{},'.repeat(3.4e5)}1]`),
      mayBeRead: true,
    },
  ]
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

function listOf(count: number, item: Buffer): Buffer {
  const bytes = Buffer.alloc(5 + count * item.length, item)
  bytes[0] = 0xdd
  bytes.writeUInt32BE(count, 1)
  item.copy(bytes, 5)
  for (let at = 5; at < bytes.length; at += item.length) item.copy(bytes, at)
  return bytes
}

function text32(text: string): Buffer {
  const bytes = Buffer.alloc(5 + text.length)
  bytes[0] = 0xdb
  bytes.writeUInt32BE(text.length, 1)
  bytes.write(text, 5)
  return bytes
}

function patterns(sources: readonly string[]): Buffer {
  const each = sources.map(source => Buffer.concat([hex('94c106'), text32(source), hex('a176')]))
  const count = Buffer.alloc(5, 0xdd)
  count.writeUInt32BE(sources.length, 1)
  return Buffer.concat([count, ...each])
}

function nestedClasses(length: number): string {
  const depth = length / 8
  return '[^'.repeat(depth) + '\\W'.repeat(length / 4) + ']'.repeat(depth)
}

function nestedRecords(count: number): Buffer {
  return Buffer.alloc(count * 6, hex('d4724091a161'))
}

function definitions(count: number): Buffer {
  const items = Array.from({ length: count }, (_, i) => {
    const name = i.toString(36).padStart(4, '0')
    return Buffer.concat([
      Buffer.from([0xd4, 0x72, 0x40 + (i & 63), 0x91, 0xa4]),
      Buffer.from(name),
      hex('01'),
    ])
  })
  const count32 = Buffer.alloc(5, 0xdd)
  count32.writeUInt32BE(count, 1)
  return Buffer.concat([count32, ...items])
}

function names(count: number): Buffer {
  const head = Buffer.alloc(5, 0xdf)
  head.writeUInt32BE(count, 1)
  const items = Array.from({ length: count }, (_, i) =>
    Buffer.from(`\xa5${i.toString(36).padStart(5, '0')}\xc0`, 'latin1'),
  )
  return Buffer.concat([head, ...items])
}

function bigInt(bytes: number): Buffer {
  const head = Buffer.alloc(6, 0xc9)
  head.writeUInt32BE(bytes, 1)
  head[5] = 0x42
  return Buffer.concat([head, Buffer.alloc(bytes, 0x7f)])
}
