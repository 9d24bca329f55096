import { randomBytes } from 'node:crypto'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  checkCompression,
  compress,
  type CompressionAlgorithm,
  decompress,
} from '../../src/codec/compression.ts'
import { raw } from '../../src/codec/raw.ts'
import { codeOf, errorOf, MAX_BYTES, read, stored, valueCodec } from './support.ts'

const ALGORITHMS: CompressionAlgorithm[] = ['zstd', 'brotli', 'gzip']
const TEXT = Buffer.from('All work and no play makes Jack a dull boy. '.repeat(500))
const BOMBS = {
  zstd: zstdCompressSync(Buffer.alloc(100_000_000)),
  brotli: brotliCompressSync(Buffer.alloc(100_000_000)),
  gzip: gzipSync(Buffer.alloc(100_000_000)),
}

describe.each(ALGORITHMS)('%s', algorithm => {
  test('bytes come back', () => {
    const compressed = compress(algorithm, TEXT) ?? Buffer.alloc(0)
    expect(compressed.length).toBeLessThan(TEXT.length / 10)
    expect(decompress(algorithm, compressed, TEXT.length).equals(TEXT)).toBe(true)
  })

  test('one byte more than allowed is refused', () => {
    const compressed = compress(algorithm, TEXT) ?? Buffer.alloc(0)
    const error = errorOf(() => decompress(algorithm, compressed, TEXT.length - 1))
    expect(error).toMatchObject({ code: 'E_CODEC' })
    expect(error.message).toContain(`more than ${TEXT.length - 1} bytes`)
  })

  test('100 MB out of a few stored bytes are refused without being built', () => {
    const before = process.memoryUsage().arrayBuffers
    expect(codeOf(() => decompress(algorithm, BOMBS[algorithm], 1_000_000))).toBe('E_CODEC')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  })

  test('what does not shrink by a tenth stays as it is', () => {
    expect(compress(algorithm, randomBytes(10_000))).toBeUndefined()
    const codec = valueCodec({ codec: raw(), compression: { above: 0, algorithm } })
    const noise = randomBytes(10_000)
    const bytes = stored(codec, noise)
    expect(codec.open('shop:user:1', bytes).flags).toBe(0)
    expect(read(codec, bytes)).toStrictEqual(noise)
  })

  test('damaged or foreign bytes are refused', () => {
    const compressed = compress(algorithm, TEXT) ?? Buffer.alloc(0)
    for (const bytes of [Buffer.alloc(0), Buffer.from('noise'), compressed.subarray(0, -5)]) {
      expect(codeOf(() => decompress(algorithm, bytes, MAX_BYTES))).toBe('E_CODEC')
    }
  })

  test('any instance reads it, whatever it writes itself', () => {
    const bytes = stored(valueCodec({ compression: { above: 100, algorithm } }), TEXT)
    expect(read(valueCodec(), bytes)).toStrictEqual(TEXT)
  })
})

test('only values above the size are compressed, and bytes are counted before it', () => {
  const codec = valueCodec({ codec: raw(), compression: { above: 1000, algorithm: 'gzip' } })
  expect(codec.seal('k', Buffer.alloc(1000), META).tail.length).toBeGreaterThan(1000)
  const { tail, bytes } = codec.seal('k', Buffer.alloc(1001), META)
  expect(tail.length).toBeLessThan(200)
  expect(bytes).toBe(1001)
})

const META = { bornMs: 0, ttlMs: 1, graceMs: 0, tags: [] }

test('options that cannot be followed are refused at once', () => {
  const path = (options: object): string | undefined =>
    errorOf(() => valueCodec({ compression: { above: 0, algorithm: 'gzip', ...options } })).path
  expect(path({ above: -1 })).toBe('compression.above')
  expect(path({ above: NaN })).toBe('compression.above')
  expect(path({ algorithm: 'lz4' })).toBe('compression.algorithm')
  expect(path({ algorithm: undefined })).toBe('compression.algorithm')
})

test('zstd on a Node.js without it names the remedy', () => {
  const error = errorOf(() => checkCompression({ above: 0, algorithm: 'zstd' }, false))
  expect(error.code).toBe('E_OPTION')
  expect(error.message).toContain("use 'brotli'")
})
