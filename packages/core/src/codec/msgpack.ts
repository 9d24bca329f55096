import { Packr } from 'msgpackr'
import { CacheError } from '../errors.ts'
import { type Codec, MSGPACK_FLAG, undecodable, unencodable } from './codec.ts'
import { plain, type Seen, UNWRITABLE } from './plain.ts'
import { createReader } from './reader.ts'
import { revive } from './revive.ts'
import { scan } from './scan.ts'
import { escapeText, mayHaveLostText, needsEscapes } from './text.ts'
import { whyUnwritable } from './unwritable.ts'

// Inline records write the keys of equal objects once, but define them anew in each value. Measured on rows of 6
// properties, against maps: one row takes 1.5 times the time to encode and to decode; three 1.1 times to encode, 0.6 to
// decode and 0.8 of the bytes; nine 0.9 to encode, 0.4 to decode and 0.7 of the bytes.
const RECORDS_FROM_ROWS = 3

// msgpackr keeps the largest buffer it ever wrote to, for all its users in the process.
const LARGEST_KEPT = 1_048_576
const FRESH_BUFFER = 8192

/**
 * MessagePack by msgpackr. Comes back equal, also in the sense of `toStrictEqual`: everything JSON has, undefined (also
 * in arrays), NaN, ±Infinity, -0, bigint of any size, Date, Map, Set, RegExp, Buffer, ArrayBuffer, DataView, every
 * typed array, strings with lone surrogates, and objects with any key. Errors keep name, message, cause, `errors` and
 * own properties, not their stack. Bytes are copied: what comes back never shares memory with what was read.
 *
 * Class instances come back as plain objects of their own enumerable properties, or of what their `toJSON()` returned;
 * subclasses of Map, Set, Date and so on as the class they extend. Symbol keys and properties of arrays are lost,
 * holes in arrays become undefined, and what was one object in two places becomes two.
 *
 * `E_VALUE`, naming the property, for functions, symbols, promises, weak collections, shared memory, cycles, and more
 * than 256 levels; and for more than 128 RegExps, or 2 032 characters of them, which are dear to read. `E_CODEC` for bytes that this codec does not write; reading runs no code of another module.
 */
export function msgpack(): Codec {
  // toJSON is called in `plain`; here an own property of that name would be called as if it were a function.
  const options = { moreTypes: true, useToJSON: false }
  const maps = new Packr({ ...options, useRecords: false, variableMapSize: true })
  const records = new Packr({ ...options, useRecords: true })
  const read = createReader()

  function encode(value: unknown): Buffer {
    const seen: Seen = { rows: 0 }
    const writable = prepared(value, seen)
    const packr = seen.rows >= RECORDS_FROM_ROWS ? records : maps
    let bytes = packr.pack(writable)
    if (mayHaveLostText(bytes) && needsEscapes(writable)) bytes = packr.pack(escapeText(writable))
    if (bytes.length > LARGEST_KEPT) packr.useBuffer(Buffer.allocUnsafeSlow(FRESH_BUFFER))
    return bytes
  }

  function decode(bytes: Buffer): unknown {
    try {
      const scanned = scan(bytes)
      const value = read(bytes, scanned)
      return scanned.hasEscapes ? revive(value) : value
    } catch (cause) {
      throw undecodable(
        `not the MessagePack written here (${cause instanceof Error ? cause.message : 'unknown'})`,
        cause,
      )
    }
  }

  return { id: 'msgpack', flag: MSGPACK_FLAG, encode, decode }
}

function prepared(value: unknown, seen: Seen): unknown {
  try {
    return plain(value, seen)
  } catch (cause) {
    if (cause instanceof CacheError && cause.code === 'E_VALUE') throw cause
    if (cause !== UNWRITABLE) throw unencodable('The value threw while it was read', { path: 'value', cause })
    const { path, reason } = whyUnwritable(value) ?? { path: 'value', reason: 'cannot be stored' }
    throw unencodable(`${path} ${reason}`, { path })
  }
}
