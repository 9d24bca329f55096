import { MAX_DEPTH } from './plain.ts'

// A string, -0 or RegExp as an escape is one array deeper than it is as a value.
const DEEPEST = MAX_DEPTH + 1
// Items still to come in each container that is open. Shared, since a scan runs to its end without calling anyone.
const open = new Uint32Array(DEEPEST)

const UNDEFINED = 0x00
const BIGINT = 0x42
const TYPED_ARRAY = 0x74
const RECORD = 0x72
const DATE = 0xff

/** The bytes that records begin with. */
export const FIRST_RECORD = 0x40
export const RECORD_IDS = 64
/** Of keys of one record; a longer one is not worth keeping. */
export const LONGEST_DEFINITION = 1024
const NONE: readonly Definition[] = []

/** Where a record is defined: the id that its next records begin with, then its keys. Its first values follow. */
export interface Definition {
  readonly start: number
  readonly id: number
  readonly keysAt: number
  readonly end: number
}

export interface Scanned {
  readonly hasEscapes: boolean
  /**
   * All of them, in order, if they may be cut out down to their ids and known beforehand; otherwise none. They may not
   * if a number looks like an id without a definition before it, or if one is defined twice, as it is from the 65th
   * on; nor if one is long.
   */
  readonly definitions: readonly Definition[]
}

/**
 * Reads MessagePack without building anything, before msgpackr may read it: every length within the bytes, no deeper
 * than allowed, nothing after the value, and no extension but undefined, BigInt, Date, typed arrays and msgpackr's
 * inline records. So hostile bytes never reach a class registered with msgpackr elsewhere in the process, its
 * pointers, its string bundles, or its recursion.
 *
 * With a `layout`, from `at` on, records have the numbers of fields that it says, and none are defined or named otherwise.
 *
 * Throws if the bytes are refused.
 */
export function scan(bytes: Buffer, at: number = 0, layout?: readonly (number | undefined)[]): Scanned {
  const end = bytes.length
  let hasEscapes = false
  let fields: readonly (number | undefined)[] | undefined = layout // of each record defined so far
  let defined: number[] | undefined
  let definitions: Definition[] | undefined
  let canCut = true
  let depth = 0
  let left = 1
  for (;;) {
    while (left === 0) {
      if (depth === 0) {
        if (at !== end) throw new Error('bytes after the value')
        return { hasEscapes, definitions: (canCut ? definitions : undefined) ?? NONE }
      }
      left = open[--depth] ?? 0
    }
    left--
    if (at >= end) throw new Error('cut short')
    const token = bytes[at++] ?? 0
    let items = 0
    if (token < 0x80) {
      if (token >= 0x40) {
        const count = fields?.[token]
        if (count === undefined) {
          if (layout !== undefined) throw new Error('a record that its layout does not have')
          canCut = false
        } else items = count
      }
    } else if (token < 0x90) items = (token & 0xf) * 2
    else if (token < 0xa0) items = token & 0xf
    else if (token < 0xc0) at += token & 0x1f
    else if (token < 0xe0) {
      switch (token) {
        case 0xc0:
        case 0xc2:
        case 0xc3:
          break
        case 0xc1:
          hasEscapes = true
          break
        case 0xc4:
        case 0xd9:
          at += 1 + bytes.readUInt8(at)
          break
        case 0xc5:
        case 0xda:
          at += 2 + bytes.readUInt16BE(at)
          break
        case 0xc6:
        case 0xdb:
          at += 4 + bytes.readUInt32BE(at)
          break
        case 0xcc:
        case 0xd0:
          at += 1
          break
        case 0xcd:
        case 0xd1:
          at += 2
          break
        case 0xca:
        case 0xce:
        case 0xd2:
          at += 4
          break
        case 0xcb:
        case 0xcf:
        case 0xd3:
          at += 8
          break
        case 0xd4:
          if (bytes[at] === RECORD) {
            if (layout !== undefined) throw new Error('a definition beside its layout')
            const id = recordId(bytes[at + 1])
            const keysAt = at + 2
            const keys = scanRecordKeys(bytes, keysAt)
            canCut &&= fields?.[id] === undefined && keys.end - keysAt <= LONGEST_DEFINITION
            if (canCut) (definitions ??= []).push({ start: at - 1, id, keysAt, end: keys.end })
            items = keys.count
            ;(defined ??= fields = [])[id] = items
            at = keys.end
          } else at = scanExtension(bytes, at, 1)
          break
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
          at = scanExtension(bytes, at, 1 << (token - 0xd4))
          break
        case 0xc7:
          at = scanExtension(bytes, at + 1, bytes.readUInt8(at))
          break
        case 0xc8:
          at = scanExtension(bytes, at + 2, bytes.readUInt16BE(at))
          break
        case 0xc9:
          at = scanExtension(bytes, at + 4, bytes.readUInt32BE(at))
          break
        case 0xdc:
          items = bytes.readUInt16BE(at)
          at += 2
          break
        case 0xdd:
          items = bytes.readUInt32BE(at)
          at += 4
          break
        case 0xde:
          items = bytes.readUInt16BE(at) * 2
          at += 2
          break
        default:
          items = bytes.readUInt32BE(at) * 2
          at += 4
      }
    }
    if (at > end) throw new Error('cut short')
    if (items > 0) {
      // Each item takes a byte at least: a length that lies is refused before anything is allocated for it.
      if (items > end - at) throw new Error('cut short')
      if (depth === DEEPEST) throw new Error(`nested deeper than ${MAX_DEPTH}`)
      open[depth++] = left
      left = items
    }
  }
}

function scanExtension(bytes: Buffer, at: number, length: number): number {
  const type = bytes[at]
  const known = type === UNDEFINED || type === BIGINT || type === TYPED_ARRAY || type === DATE
  if (!known || length === 0) throw new Error(`extension ${type} of ${length} bytes`)
  return at + 1 + length
}

function recordId(id: number | undefined): number {
  if (id === undefined || id < FIRST_RECORD || id >= FIRST_RECORD + RECORD_IDS)
    throw new Error('a record without an id')
  return id
}

/** The number of names in a list of them, and where it ends, which may be beyond the bytes. Throws for anything else. */
export function scanRecordKeys(bytes: Buffer, from: number): { count: number; end: number } {
  const token = bytes[from]
  let at = from + 1
  let count = 0
  if (token !== undefined && token >= 0x90 && token < 0xa0) count = token & 0xf
  else if (token === 0xdc) {
    count = bytes.readUInt16BE(at)
    at += 2
  } else if (token === 0xdd) {
    count = bytes.readUInt32BE(at)
    at += 4
  } else throw new Error('a record without keys')
  for (let i = 0; i < count; i++) at = scanString(bytes, at)
  return { count, end: at }
}

function scanString(bytes: Buffer, at: number): number {
  const token = bytes.readUInt8(at)
  if (token >= 0xa0 && token < 0xc0) return at + 1 + (token & 0x1f)
  if (token === 0xd9) return at + 2 + bytes.readUInt8(at + 1)
  if (token === 0xda) return at + 3 + bytes.readUInt16BE(at + 1)
  if (token === 0xdb) return at + 5 + bytes.readUInt32BE(at + 1)
  throw new Error('a key that is not a string')
}
