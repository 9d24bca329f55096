import { hash } from 'node:crypto'
import { Unpackr } from 'msgpackr'
import { owned, undecodable } from './codec.ts'
import { FIRST_RECORD, LONGEST_DEFINITION, RECORD_IDS, scanRecordKeys } from './scan.ts'

/** The names of a record's properties, in order. msgpackr hangs the function that it compiles for them on the array. */
export type Shape = readonly string[]

/** Of the id of a layout, which is what a value begins with that was written by it. */
export const LAYOUT_ID_BYTES = 16
/** Of all the names of a layout together, as MessagePack. */
export const LONGEST_LAYOUT = 4096

type Words = readonly [number, number, number, number]

/**
 * What the records of a value are called: their shapes, in the order the value has them. Redis keeps it once for all values that
 * have the same, and those hold its id in the place of names.
 *
 * The id is a hash of the names (SHA-256, of which 128 bits are kept). So it never means anything else, whatever Redis lost in
 * between and whoever wrote to it; and what authenticates a value authenticates the names with it.
 */
export interface Layout {
  /** 16 bytes, as so many characters. */
  readonly id: string
  /** The same as four numbers, to compare them with bytes. */
  readonly words: Words
  /** Arrays of names, as MessagePack, one after the other: what the id is of. In memory of their own. */
  readonly bytes: Buffer
  /** The first is that of records which begin with the byte 0x40, the next 0x41, and so on. */
  readonly shapes: readonly Shape[]
  /** By that byte, how many properties such a record has. */
  readonly fields: readonly (number | undefined)[]
}

const reader = new Unpackr({})

/**
 * A layout of its bytes. Throws `CacheError` `E_CODEC` for bytes that are none: more than 4 KB, more than 64 shapes, 1 KB for one,
 * none at all, anything but lists of names, and names that no value is written with.
 */
export function layoutOf(bytes: Buffer): Layout {
  if (bytes.length === 0 || bytes.length > LONGEST_LAYOUT)
    throw undecodable(`a layout of ${bytes.length} bytes`)
  const shapes: Shape[] = []
  const fields: number[] = []
  try {
    for (let at = 0; at < bytes.length;) {
      const { count, end } = scanRecordKeys(bytes, at)
      if (end > bytes.length || end - at > LONGEST_DEFINITION || shapes.length === RECORD_IDS)
        throw new Error('its shapes')
      fields[FIRST_RECORD + shapes.length] = count
      shapes.push(shapeOf(bytes.subarray(at, end)))
      at = end
    }
  } catch (cause) {
    throw undecodable('not a layout', cause)
  }
  // msgpackr forgets shapes beyond this number with each value, as those that the value before had defined.
  Object.assign(shapes, { sharedLength: shapes.length })
  const id = layoutId(bytes)
  return { id, words: wordsOf(Buffer.from(id, 'latin1')), bytes: owned(bytes), shapes, fields }
}

/** Whether bytes begin with the id of a layout. They must have as many. */
export function beginsWith(bytes: Buffer, { words: [a, b, c, d] }: Layout): boolean {
  return (
    bytes.readInt32BE(0) === a &&
    bytes.readInt32BE(4) === b &&
    bytes.readInt32BE(8) === c &&
    bytes.readInt32BE(12) === d
  )
}

/** The id of the layout with these bytes. */
export function layoutId(bytes: Buffer): string {
  return hash('sha256', bytes, 'buffer').toString('latin1', 0, LAYOUT_ID_BYTES)
}

function wordsOf(id: Buffer): Words {
  return [id.readInt32BE(0), id.readInt32BE(4), id.readInt32BE(8), id.readInt32BE(12)]
}

function shapeOf(keys: Buffer): Shape {
  const names = reader.unpack(keys) as string[]
  if (names.includes('__proto__')) throw new Error('a name that no value is written with')
  return names
}
