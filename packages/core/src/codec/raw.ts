import { shown } from '../errors.ts'
import { type Codec, owned, RAW_FLAG, unencodable } from './codec.ts'

/**
 * Bytes as they are, for values that are bytes already, such as HTTP bodies. Takes a Buffer or a Uint8Array and gives
 * back a Buffer with memory of its own. Anything else is a `CacheError` `E_VALUE`.
 */
export function raw(): Codec {
  return { id: 'raw', flag: RAW_FLAG, encode, decode: owned }
}

function encode(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  throw unencodable(`The raw codec stores a Buffer or a Uint8Array, not ${shown(value)}`, { path: 'value' })
}
