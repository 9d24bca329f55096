import { CacheError, shown } from '../errors.ts'
import { type Codec, CUSTOM_FLAG, undecodable, unencodable } from './codec.ts'
import { checkCompression, compress, compressionFlag, compressionOf, decompress } from './compression.ts'
import type { CompressionOptions } from './compression.ts'
import type { Encryption } from './encryption.ts'
import { boundFacts, type Envelope, openEnvelope, type Sealed, sealTail } from './envelope.ts'
import { packFlags, unpackFlags } from './flags.ts'
import { json } from './json.ts'
import { msgpack } from './msgpack.ts'
import { raw } from './raw.ts'

export interface ValueCodecOptions {
  readonly codec: Codec
  readonly compression: CompressionOptions | undefined
  readonly encryption: Encryption | undefined
  /** Most bytes a value may have, encoded and before compression; holds for writing and for reading. */
  readonly maxBytes: number
}

/** When a value was made, how long it is good, and what invalidates it. Times in ms. */
export type ValueMeta = Pick<Sealed, 'bornMs' | 'ttlMs' | 'graceMs' | 'tags'>

/** Values to stored bytes and back: codec, then compression, then encryption. `bytes` are those of the codec. */
export interface ValueCodec {
  /**
   * A value as bytes, from offset 19 of the envelope on.
   * Throws `CacheError`: `E_VALUE` if the value cannot be encoded, is undefined, or is larger than `maxBytes`;
   * `E_KEY` and `E_TTL` as `sealTail`.
   */
  seal(keyId: string, value: unknown, meta: ValueMeta): { tail: Buffer; bytes: number }
  /** All but the body, which stays encoded. Throws `CacheError` `E_CODEC` and nothing else. */
  open(keyId: string, bytes: Buffer): Envelope
  /**
   * The value of an envelope, in memory of its own. Throws `CacheError` `E_CODEC` and nothing else.
   * Any codec of tiercache is understood, whichever writes; a body that is not encrypted is refused if encryption
   * is on, since anyone who reaches Redis could have written it.
   */
  body(keyId: string, envelope: Envelope): { value: unknown; bytes: number }
}

/** Throws `CacheError` `E_OPTION` for options that cannot be followed. */
export function createValueCodec(options: ValueCodecOptions): ValueCodec {
  checkOptions(options)
  const readers = readersFor(options.codec)
  return {
    seal: (keyId, value, meta) => seal(options, keyId, value, meta),
    open: (keyId, bytes) => openEnvelope(bytes, keyId),
    body: (keyId, envelope) => open(options, readers, keyId, envelope),
  }
}

const OWN_IDS: readonly string[] = ['raw', 'msgpack', 'json'] // by their flag

function checkOptions({ codec, compression, maxBytes }: ValueCodecOptions): void {
  if (OWN_IDS[codec.flag] !== codec.id && codec.flag !== CUSTOM_FLAG) {
    const problem = `codec.flag must be ${CUSTOM_FLAG} for a codec of your own, not ${shown(codec.flag)}`
    throw new CacheError('E_OPTION', problem, { path: 'codec.flag', value: codec.flag })
  }
  if (!(maxBytes > 0)) {
    const problem = `maxBytes must be a number of bytes above 0, not ${shown(maxBytes)}`
    throw new CacheError('E_OPTION', problem, { path: 'maxBytes', value: maxBytes })
  }
  if (compression !== undefined) checkCompression(compression)
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
  const flags = packFlags({
    codec: options.codec.flag,
    compression,
    encrypted: options.encryption !== undefined,
  })
  const facts = { keyId, flags, bornMs, ttlMs, graceMs, tags }
  const sealed = options.encryption === undefined ? body : options.encryption.encrypt(body, boundFacts(facts))
  return { tail: sealTail({ ...facts, body: sealed }), bytes: encoded.length }
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
    const plain = decrypted(options.encryption, flags.encrypted, keyId, envelope)
    const algorithm = compressionOf(flags.compression)
    const encoded = algorithm === undefined ? plain : decompress(algorithm, plain, options.maxBytes)
    if (encoded.length > options.maxBytes) throw undecodable(`more than ${options.maxBytes} bytes`)
    return { value: decode(codec, encoded, encoded === envelope.body), bytes: encoded.length }
  } catch (cause) {
    if (cause instanceof CacheError && cause.code === 'E_CODEC') throw cause
    throw undecodable('its body does not decode', cause)
  }
}

function decrypted(
  encryption: Encryption | undefined,
  isEncrypted: boolean,
  keyId: string,
  envelope: Envelope,
): Buffer {
  if (isEncrypted !== (encryption !== undefined)) {
    throw undecodable(isEncrypted ? 'encrypted, and no keys are given' : 'not encrypted')
  }
  return encryption === undefined
    ? envelope.body
    : encryption.decrypt(envelope.body, boundFacts({ keyId, ...envelope }))
}

function decode(codec: Codec, encoded: Buffer, isShared: boolean): unknown {
  // tiercache's own codecs copy what they keep of the bytes; of others nobody knows.
  const value = codec.decode(isShared && codec.flag === CUSTOM_FLAG ? Buffer.from(encoded) : encoded)
  if (value === undefined) throw undecodable(`the codec ${codec.id} decoded it to undefined`)
  return value
}
