import { Packr } from 'msgpackr'
import { CacheError } from '../errors.ts'
import { LAYOUT_FLAG, MSGPACK_FLAG, unencodable } from './codec.ts'
import { copyWithout, namesOf } from './definitions.ts'
import { LAYOUT_ID_BYTES, LONGEST_LAYOUT } from './layout.ts'
import type { Layouts } from './layouts.ts'
import { plain, type Seen, UNWRITABLE } from './plain.ts'
import { LONGEST_LAID_OUT } from './reader.ts'
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

/** Bytes with the flag that says who reads them. They are good until the next call. */
export interface Packed {
  readonly flag: number
  readonly bytes: Buffer
}

/** Values to MessagePack, by msgpackr. Throws `CacheError` `E_VALUE`. */
export class Packer {
  readonly #maps: Packr
  readonly #records: Packr

  constructor() {
    // toJSON is called in `plain`; here an own property of that name would be called as if it were a function.
    const options = { moreTypes: true, useToJSON: false }
    this.#maps = new Packr({ ...options, useRecords: false, variableMapSize: true })
    this.#records = new Packr({ ...options, useRecords: true })
  }

  /** A value that says by itself what its properties are called. */
  pack(value: unknown): Buffer {
    const seen: Seen = { rows: 0, records: 0 }
    const writable = prepared(value, seen)
    return write(this.#packr(seen), writable)
  }

  /** A value that is kept for so many ms: by a layout if there is one for it, and as by `pack` until then. */
  packBy(layouts: Layouts, value: unknown, ms: number): Packed {
    const seen: Seen = { rows: 0, records: 0 }
    const writable = prepared(value, seen)
    const packr = this.#packr(seen)
    if (seen.records === 0 || !layouts.isWorthALook())
      return { flag: MSGPACK_FLAG, bytes: write(packr, writable) }
    const bytes = write(this.#records, writable)
    const laidOut = layOut(bytes, layouts, ms)
    if (laidOut !== undefined) return { flag: LAYOUT_FLAG, bytes: laidOut }
    return { flag: MSGPACK_FLAG, bytes: packr === this.#records ? bytes : write(packr, writable) }
  }

  #packr({ rows }: Seen): Packr {
    return rows >= RECORDS_FROM_ROWS ? this.#records : this.#maps
  }
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

function write(packr: Packr, writable: unknown): Buffer {
  let bytes = packr.pack(writable)
  if (mayHaveLostText(bytes) && needsEscapes(writable)) bytes = packr.pack(escapeText(writable))
  if (bytes.length > LARGEST_KEPT) packr.useBuffer(Buffer.allocUnsafeSlow(FRESH_BUFFER))
  return bytes
}

/** The id of its layout, then the value with ids of records in the place of their definitions. */
function layOut(bytes: Buffer, layouts: Layouts, ms: number): Buffer | undefined {
  if (bytes.length > LONGEST_LAID_OUT) return undefined
  const { definitions } = scan(bytes)
  const names = namesOf(bytes, definitions)
  if (names === '' || names.length > LONGEST_LAYOUT) return undefined
  const layout = layouts.toWrite(names, ms)
  if (layout === undefined) return undefined
  const target = Buffer.allocUnsafe(LAYOUT_ID_BYTES + bytes.length)
  return target.subarray(0, copyWithout(bytes, definitions, target, target.write(layout.id, 'latin1')))
}
