import { CacheError, shown } from '../errors.ts'
import { type Codec, CUSTOM_FLAG, LAYOUT_FLAG, undecodable, unencodable } from './codec.ts'
import { checkCompression, compress, compressionFlag, compressionOf, decompress } from './compression.ts'
import type { CompressionOptions } from './compression.ts'
import type { Encryption } from './encryption.ts'
import { type Envelope, FIXED_BYTES, MAX_TAGS, openEnvelope, type Sealed, sealTail } from './envelope.ts'
import { packFlags, unpackFlags } from './flags.ts'
import type { Integrity } from './integrity.ts'
import { json } from './json.ts'
import { type Body, LaidOut } from './laid-out.ts'
import { isMsgpack, msgpack } from './msgpack.ts'
import type { Packed } from './packer.ts'
import { protect, protectionOf, unprotect } from './protection.ts'
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
export type ValueMeta = Pick<Sealed, 'bornMs' | 'ttlMs' | 'graceMs' | 'tags' | 'state'>

/** Values to stored bytes and back: codec, then compression, then encryption or a tag. `bytes` are those of the codec. */
export interface ValueCodec {
  /** Writes and reads by layouts, as soon as these have a keeper. */
  readonly laidOut: LaidOut
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
  body(keyId: string, envelope: Envelope): Body
}

/** Throws `CacheError` `E_OPTION` for options that cannot be followed. */
export function createValueCodec(options: ValueCodecOptions): ValueCodec {
  checkOptions(options)
  const readers = readersFor(options.codec)
  const laidOut = new LaidOut(options)
  const writesLaidOut = isMsgpack(options.codec)
  return {
    laidOut,
    seal: (keyId, value, meta) => seal(options, writesLaidOut ? laidOut : undefined, keyId, value, meta),
    open(keyId, bytes) {
      if (bytes.length > options.maxBytes + MOST_BESIDE_BODY)
        throw undecodable(`too long (${bytes.length} bytes)`)
      return openEnvelope(bytes, keyId)
    },
    body: (keyId, envelope) => open(options, readers, laidOut, keyId, envelope),
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
  laidOut: LaidOut | undefined,
  keyId: string,
  value: unknown,
  { bornMs, ttlMs, graceMs, tags, state }: ValueMeta,
): { tail: Buffer; bytes: number } {
  const { flag, bytes } = encode(options, laidOut, value, ttlMs + graceMs)
  const { compression, body } = shrink(options.compression, bytes)
  const flags = packFlags({ codec: flag, compression, protection: protectionOf(options) })
  const facts = { keyId, flags, bornMs, ttlMs, graceMs, tags, state }
  return { tail: sealTail({ ...facts, body: protect(options, facts, body) }), bytes: bytes.length }
}

function encode(
  { codec, maxBytes }: ValueCodecOptions,
  laidOut: LaidOut | undefined,
  value: unknown,
  keptMs: number,
): Packed {
  if (value === undefined) throw unencodable('undefined cannot be stored: it means a miss', { path: 'value' })
  const packed = laidOut?.encode(value, keptMs) ?? { flag: codec.flag, bytes: asEncoded(codec, value) }
  const { length } = packed.bytes
  if (length <= maxBytes) return packed
  throw unencodable(`The value has ${length} bytes, and maxBytes is ${maxBytes}`, { path: 'value' })
}

function asEncoded(codec: Codec, value: unknown): Buffer {
  let encoded: unknown
  try {
    encoded = codec.encode(value)
  } catch (cause) {
    if (cause instanceof CacheError) throw cause
    throw unencodable(`The codec ${codec.id} failed to encode the value`, { path: 'value', cause })
  }
  if (Buffer.isBuffer(encoded)) return encoded
  throw unencodable(`The codec ${codec.id} made ${shown(encoded)}, not a Buffer`)
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

// Fixed fields, as many tags as there may be, extras, and a key id with nonce and tag.
const MOST_BESIDE_BODY = FIXED_BYTES + 2 + MAX_TAGS * (2 + 0xffff) + 256 + 512

type Readers = ReadonlyMap<number, Codec>

function open(
  options: ValueCodecOptions,
  readers: Readers,
  laidOut: LaidOut,
  keyId: string,
  envelope: Envelope,
): Body {
  try {
    const flags = unpackFlags(envelope.flags)
    const plain = unprotect(options, flags.protection, keyId, envelope)
    const algorithm = compressionOf(flags.compression)
    const encoded = algorithm === undefined ? plain : decompress(algorithm, plain, options.maxBytes)
    if (encoded.length > options.maxBytes) throw undecodable(`more than ${options.maxBytes} bytes`)
    if (flags.codec === LAYOUT_FLAG) return laidOut.decode(encoded)
    const codec = readers.get(flags.codec)
    if (codec === undefined) throw undecodable(`codec ${flags.codec} is not configured here`)
    const isShared = algorithm === undefined && options.encryption === undefined
    return { value: decode(codec, encoded, isShared), bytes: encoded.length, layout: undefined }
  } catch (cause) {
    if (cause instanceof CacheError && cause.code === 'E_CODEC') throw cause
    throw undecodable('its body does not decode', cause)
  }
}

function decode(codec: Codec, encoded: Buffer, isShared: boolean): unknown {
  // tiercache's own codecs copy what they keep of the bytes; of others nobody knows.
  const value = codec.decode(isShared && codec.flag === CUSTOM_FLAG ? Buffer.from(encoded) : encoded)
  if (value === undefined) throw undecodable(`the codec ${codec.id} decoded it to undefined`)
  return value
}
