import { CacheError, shown } from '../errors.ts'
import { type Codec, CUSTOM_FLAG, undecodable, unencodable } from './codec.ts'
import { checkCompression, compress, compressionFlag, compressionOf, decompress } from './compression.ts'
import type { CompressionOptions } from './compression.ts'
import type { Encryption } from './encryption.ts'
import {
  boundFacts,
  type Envelope,
  FIXED_BYTES,
  MAX_TAGS,
  openEnvelope,
  type Sealed,
  sealTail,
} from './envelope.ts'
import { packFlags, type Protection, unpackFlags } from './flags.ts'
import type { Integrity } from './integrity.ts'
import { json } from './json.ts'
import { msgpack } from './msgpack.ts'
import { raw } from './raw.ts'

export interface ValueCodecOptions {
  readonly codec: Codec
  readonly compression: CompressionOptions | undefined
  readonly encryption: Encryption | undefined
  /** Not with `encryption`, which vouches for as much. */
  readonly integrity: Integrity | undefined
  /** What protected values are bound to, beside their key. */
  readonly namespace: string
  /** Most bytes a value may have, encoded and before compression; holds for writing and for reading. */
  readonly maxBytes: number
}

/** When a value was made, how long it is good, and what invalidates it. Times in ms. */
export type ValueMeta = Pick<Sealed, 'bornMs' | 'ttlMs' | 'graceMs' | 'tags'>

/** Values to stored bytes and back: codec, then compression, then encryption or a tag. `bytes` are those of the codec. */
export interface ValueCodec {
  /**
   * A value as bytes, from offset 19 of the envelope on.
   * Throws `CacheError`: `E_VALUE` if the value cannot be encoded, is undefined, or is larger than `maxBytes`;
   * `E_KEY` and `E_TTL` as `sealTail`.
   */
  seal(keyId: string, value: unknown, meta: ValueMeta): { tail: Buffer; bytes: number }
  /** All but the body, which stays encoded. Nothing of it is authentic before `body` says so. Throws `CacheError` `E_CODEC` and nothing else. */
  open(keyId: string, bytes: Buffer): Envelope
  /**
   * The value of an envelope, in memory of its own. Throws `CacheError` `E_CODEC` and nothing else.
   * Any codec of tiercache is understood, whichever writes; a body that is not encrypted is refused if encryption
   * is on, and one without a tag if integrity is, since anyone who reaches Redis could have written it.
   */
  body(keyId: string, envelope: Envelope): { value: unknown; bytes: number }
}

/** Throws `CacheError` `E_OPTION` for options that cannot be followed. */
export function createValueCodec(options: ValueCodecOptions): ValueCodec {
  checkOptions(options)
  const readers = readersFor(options.codec)
  return {
    seal: (keyId, value, meta) => seal(options, keyId, value, meta),
    open(keyId, bytes) {
      if (bytes.length > options.maxBytes + MOST_BESIDE_BODY)
        throw undecodable(`too long (${bytes.length} bytes)`)
      return openEnvelope(bytes, keyId)
    },
    body: (keyId, envelope) => open(options, readers, keyId, envelope),
  }
}

const OWN_IDS: readonly string[] = ['raw', 'msgpack', 'json'] // by their flag

function checkOptions({ codec, compression, maxBytes, encryption, integrity }: ValueCodecOptions): void {
  if (OWN_IDS[codec.flag] !== codec.id && codec.flag !== CUSTOM_FLAG) {
    const problem = `codec.flag must be ${CUSTOM_FLAG} for a codec of your own, not ${shown(codec.flag)}`
    throw new CacheError('E_OPTION', problem, { path: 'codec.flag', value: codec.flag })
  }
  if (!(maxBytes > 0)) {
    const problem = `maxBytes must be a number of bytes above 0, not ${shown(maxBytes)}`
    throw new CacheError('E_OPTION', problem, { path: 'maxBytes', value: maxBytes })
  }
  if (compression !== undefined) checkCompression(compression)
  if (encryption !== undefined) checkMade(encryption, 'encryption', ['encrypt', 'decrypt'])
  if (integrity !== undefined) checkMade(integrity, 'integrity', ['sign', 'verify'])
  if (encryption !== undefined && integrity !== undefined) {
    const problem =
      'integrity adds nothing to encryption, which authenticates the same facts. Give one of them'
    throw new CacheError('E_OPTION', problem, { path: 'integrity' })
  }
}

// Without the value: it may hold keys.
function checkMade(given: unknown, path: string, methods: readonly string[]): void {
  const made = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
  if (methods.every(name => typeof made[name] === 'function')) return
  throw new CacheError('E_OPTION', `${path} must be what ${path}({ keys, current }) gives`, { path })
}

function readersFor(codec: Codec): ReadonlyMap<number, Codec> {
  const own = [raw(), msgpack(), json()]
  return new Map([...own, codec].map(reader => [reader.flag, reader]))
}

function seal(
  options: ValueCodecOptions,
  keyId: string,
  value: unknown,
  { bornMs, ttlMs, graceMs, tags }: ValueMeta,
): { tail: Buffer; bytes: number } {
  const encoded = encode(options, value)
  const { compression, body } = shrink(options.compression, encoded)
  const flags = packFlags({ codec: options.codec.flag, compression, protection: protectionOf(options) })
  const facts = { keyId, flags, bornMs, ttlMs, graceMs, tags }
  return { tail: sealTail({ ...facts, body: protect(options, facts, body) }), bytes: encoded.length }
}

function protectionOf({ encryption, integrity }: ValueCodecOptions): Protection {
  return encryption !== undefined ? 'encrypted' : integrity !== undefined ? 'authenticated' : 'none'
}

function protect(
  { encryption, integrity, namespace }: ValueCodecOptions,
  facts: Omit<Sealed, 'body'>,
  body: Buffer,
): Buffer {
  if (encryption !== undefined) return encryption.encrypt(body, boundFacts({ ...facts, namespace }))
  if (integrity !== undefined) return integrity.sign(body, boundFacts({ ...facts, namespace }))
  return body
}

function encode({ codec, maxBytes }: ValueCodecOptions, value: unknown): Buffer {
  if (value === undefined) throw unencodable('undefined cannot be stored: it means a miss', { path: 'value' })
  const encoded = asEncoded(codec, value)
  if (!Buffer.isBuffer(encoded))
    throw unencodable(`The codec ${codec.id} made ${shown(encoded)}, not a Buffer`)
  if (encoded.length <= maxBytes) return encoded
  throw unencodable(`The value has ${encoded.length} bytes, and maxBytes is ${maxBytes}`, { path: 'value' })
}

function asEncoded(codec: Codec, value: unknown): unknown {
  try {
    return codec.encode(value)
  } catch (cause) {
    if (cause instanceof CacheError) throw cause
    throw unencodable(`The codec ${codec.id} failed to encode the value`, { path: 'value', cause })
  }
}

function shrink(
  options: CompressionOptions | undefined,
  bytes: Buffer,
): { compression: number; body: Buffer } {
  const worth = options !== undefined && bytes.length > options.above
  const body = worth ? compress(options.algorithm, bytes) : undefined
  if (!worth || body === undefined) return { compression: 0, body: bytes }
  return { compression: compressionFlag(options.algorithm), body }
}

// Fixed fields, as many tags as there may be, and a key id with nonce and tag.
const MOST_BESIDE_BODY = FIXED_BYTES + 2 + MAX_TAGS * (2 + 0xffff) + 512

type Readers = ReadonlyMap<number, Codec>

function open(
  options: ValueCodecOptions,
  readers: Readers,
  keyId: string,
  envelope: Envelope,
): { value: unknown; bytes: number } {
  try {
    const flags = unpackFlags(envelope.flags)
    const codec = readers.get(flags.codec)
    if (codec === undefined) throw undecodable(`codec ${flags.codec} is not configured here`)
    const plain = unprotect(options, flags.protection, keyId, envelope)
    const algorithm = compressionOf(flags.compression)
    const encoded = algorithm === undefined ? plain : decompress(algorithm, plain, options.maxBytes)
    if (encoded.length > options.maxBytes) throw undecodable(`more than ${options.maxBytes} bytes`)
    const isShared = algorithm === undefined && options.encryption === undefined
    return { value: decode(codec, encoded, isShared), bytes: encoded.length }
  } catch (cause) {
    if (cause instanceof CacheError && cause.code === 'E_CODEC') throw cause
    throw undecodable('its body does not decode', cause)
  }
}

function unprotect(
  options: ValueCodecOptions,
  protection: Protection,
  keyId: string,
  envelope: Envelope,
): Buffer {
  const expected = protectionOf(options)
  if (protection !== expected) {
    throw undecodable(expected === 'none' ? `${protection}, and no keys are given` : `not ${expected}`)
  }
  const { encryption, integrity, namespace } = options
  if (encryption !== undefined)
    return encryption.decrypt(envelope.body, boundFacts({ ...envelope, namespace, keyId }))
  if (integrity !== undefined)
    return integrity.verify(envelope.body, boundFacts({ ...envelope, namespace, keyId }))
  return envelope.body
}

function decode(codec: Codec, encoded: Buffer, isShared: boolean): unknown {
  // tiercache's own codecs copy what they keep of the bytes; of others nobody knows.
  const value = codec.decode(isShared && codec.flag === CUSTOM_FLAG ? Buffer.from(encoded) : encoded)
  if (value === undefined) throw undecodable(`the codec ${codec.id} decoded it to undefined`)
  return value
}
