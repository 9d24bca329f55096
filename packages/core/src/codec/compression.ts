// A namespace, since zstd is missing from node:zlib before 22.15 and naming it would fail the import.
import * as zlib from 'node:zlib'
import { CacheError, shown } from '../errors.ts'
import { undecodable } from './codec.ts'

export type CompressionAlgorithm = 'zstd' | 'brotli' | 'gzip'

export interface CompressionOptions {
  /** Encoded values of more bytes than this are compressed. Below some 4 KB it costs more than it saves. */
  readonly above: number
  readonly algorithm: CompressionAlgorithm
}

// By the number stored in the flags; 0 is not compressed.
const ALGORITHMS: readonly (CompressionAlgorithm | undefined)[] = [undefined, 'zstd', 'brotli', 'gzip']

// What shrinks by less is not worth decompressing on each read.
const WORTHWHILE = 0.9

const BROTLI = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }
const GZIP = { level: 1 }

/** The number of an algorithm in the flags of a stored value. */
export function compressionFlag(algorithm: CompressionAlgorithm): number {
  return ALGORITHMS.indexOf(algorithm)
}

/** The algorithm of a number, or undefined for 0: not compressed. */
export function compressionOf(flag: number): CompressionAlgorithm | undefined {
  return ALGORITHMS[flag]
}

/**
 * Throws `CacheError` `E_OPTION` if the options cannot be followed; in particular for zstd on a Node.js without it
 * (before 22.15), where brotli does as well.
 */
export function checkCompression(
  { above, algorithm }: CompressionOptions,
  hasZstd: boolean = typeof zlib.zstdCompressSync === 'function',
): void {
  if (!(Number.isFinite(above) && above >= 0)) {
    throw badOption('above', above, `must be a number of bytes, not ${shown(above)}`)
  }
  if (algorithm === undefined || !ALGORITHMS.includes(algorithm)) {
    throw badOption('algorithm', algorithm, `must be 'zstd', 'brotli' or 'gzip', not ${shown(algorithm)}`)
  }
  if (algorithm === 'zstd' && !hasZstd) {
    throw badOption('algorithm', algorithm, `'zstd' needs Node.js 22.15; use 'brotli' on ${process.version}`)
  }
}

function badOption(name: string, value: unknown, problem: string): CacheError {
  const path = `compression.${name}`
  return new CacheError('E_OPTION', `${path} ${problem}`, { path, value })
}

/**
 * The compressed bytes, or undefined if they are not at least a tenth smaller. Synchronous: some 40 µs for 10 KB,
 * 3 ms for 1 MB. Fast levels: zstd 1, brotli 1, gzip 1.
 */
export function compress(algorithm: CompressionAlgorithm, bytes: Buffer): Buffer | undefined {
  const compressed = deflate(algorithm, bytes)
  return compressed.length <= bytes.length * WORTHWHILE ? compressed : undefined
}

function deflate(algorithm: CompressionAlgorithm, bytes: Buffer): Buffer {
  if (algorithm === 'zstd') {
    return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } })
  }
  return algorithm === 'brotli' ? zlib.brotliCompressSync(bytes, BROTLI) : zlib.gzipSync(bytes, GZIP)
}

/**
 * The original bytes. Throws `CacheError` `E_CODEC` for bytes that are not what `compress` made, and as soon as the
 * result passes `maxBytes`, so that a few stored bytes cannot fill the memory.
 */
export function decompress(algorithm: CompressionAlgorithm, bytes: Buffer, maxBytes: number): Buffer {
  const options = { maxOutputLength: Math.max(1, Math.min(maxBytes, MOST_BYTES)) }
  try {
    if (algorithm === 'brotli') return zlib.brotliDecompressSync(bytes, options)
    if (algorithm === 'gzip') return zlib.gunzipSync(bytes, options)
    const original = zlib.zstdDecompressSync(bytes, options)
    // Node.js 22 takes bytes that end too early for the end. Nothing empty is ever compressed.
    if (original.length > 0) return original
    throw new Error('cut short')
  } catch (cause) {
    const tooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw undecodable(tooLarge ? `${algorithm}: more than ${maxBytes} bytes` : `not ${algorithm} data`, cause)
  }
}

const MOST_BYTES = 2 ** 31 - 1
