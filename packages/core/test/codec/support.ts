import { CacheError, type CacheErrorCode } from '../../src/errors.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { joinEnvelope } from '../../src/codec/envelope.ts'
import { unpackFlags } from '../../src/codec/flags.ts'
import {
  createValueCodec,
  type ValueCodec,
  type ValueCodecOptions,
  type ValueMeta,
} from '../../src/codec/value-codec.ts'

export const META: ValueMeta = {
  bornMs: 1_700_000_000_123,
  ttlMs: 300_000,
  graceMs: 60_000,
  tags: ['org:7', 'größe'],
}
export const EPOCH: string = 'abcd1234'
export const KEY: string = 'shop:user:1'
export const MAX_BYTES: number = 16 * 1024 * 1024

export function valueCodec(options: Partial<ValueCodecOptions> = {}): ValueCodec {
  return createValueCodec({
    codec: msgpack(),
    compression: undefined,
    encryption: undefined,
    integrity: undefined,
    namespace: 'shop',
    maxBytes: MAX_BYTES,
    ...options,
  })
}

/** Writes by a layout what it has written twice before. */
export function laidOutCodec(options: Partial<ValueCodecOptions> = {}): ValueCodec {
  const codec = valueCodec(options)
  codec.laidOut.layouts.follow({ keeps: () => true })
  return codec
}

/** What Redis would hold of a value that was written before. */
export function storedAgain(
  codec: ValueCodec,
  value: unknown,
  keyId: string = KEY,
  meta: ValueMeta = META,
): Buffer {
  stored(codec, value, keyId, meta)
  stored(codec, value, keyId, meta)
  return stored(codec, value, keyId, meta)
}

/** Which codec wrote what Redis holds. */
export function flagOf(codec: ValueCodec, bytes: Buffer, keyId: string = KEY): number {
  return unpackFlags(codec.open(keyId, bytes).flags).codec
}

/** What Redis would hold. */
export function stored(
  codec: ValueCodec,
  value: unknown,
  keyId: string = KEY,
  meta: ValueMeta = META,
): Buffer {
  return joinEnvelope(42, EPOCH, codec.seal(keyId, value, meta).tail)
}

export function read(codec: ValueCodec, bytes: Buffer, keyId: string = KEY): unknown {
  return codec.body(keyId, codec.open(keyId, bytes)).value
}

export function errorOf(run: () => unknown): CacheError {
  try {
    run()
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export function codeOf(run: () => unknown): CacheErrorCode {
  return errorOf(run).code
}

export function nested(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}
