import { type Codec, MSGPACK_FLAG, undecodable } from './codec.ts'
import { Packer } from './packer.ts'
import { createReader, type Reader } from './reader.ts'
import { revive } from './revive.ts'
import { scan } from './scan.ts'

const made = new WeakSet<Codec>()

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
 * In a cache with Redis, objects that look alike are stored without the names of their properties: Redis keeps these once for
 * all values (layout.ts). That is about half the bytes of JSON, and for lists of objects about half the time that JSON takes to read.
 *
 * `E_VALUE`, naming the property, for functions, symbols, promises, weak collections, shared memory, cycles, and more
 * than 256 levels; and for more than 128 RegExps, or 2 032 characters of them, which are dear to read. `E_CODEC` for bytes that this codec does not write; reading runs no code of another module.
 */
export function msgpack(): Codec {
  const packer = new Packer()
  const reader = createReader()
  const codec: Codec = {
    id: 'msgpack',
    flag: MSGPACK_FLAG,
    encode: value => packer.pack(value),
    decode: bytes => unpack(reader, bytes),
  }
  made.add(codec)
  return codec
}

/** Whether a codec is what `msgpack` gave, and not one of somebody's own by its name. */
export function isMsgpack(codec: Codec): boolean {
  return made.has(codec)
}

function unpack(reader: Reader, bytes: Buffer): unknown {
  try {
    const scanned = scan(bytes)
    const value = reader.read(bytes, scanned)
    return scanned.hasEscapes ? revive(value) : value
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** Bytes that are not what is written here. */
export function unreadable(cause: unknown): Error {
  return undecodable(
    `not the MessagePack written here (${cause instanceof Error ? cause.message : 'unknown'})`,
    cause,
  )
}
