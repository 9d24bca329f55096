import { Unpackr } from 'msgpackr'
import { copyWithout } from './definitions.ts'
import type { Layout, Shape } from './layout.ts'
import { type Definition, RECORD_IDS, type Scanned } from './scan.ts'

const SHAPES = 256
// Of the shapes not known, one in so many takes the place of the oldest: a stream of ever new ones costs little and
// leaves the others in place.
const KEPT_ONE_IN = 16

// Longer values are not copied: in them the definitions are a small part of the work. Shared, since a read runs to its
// end without calling anyone; the property that msgpackr adds to what it reads is thus added once.
const scratch = Buffer.allocUnsafeSlow(16_384)
/** Longer values are not written by a layout. */
export const LONGEST_LAID_OUT: number = scratch.length

/** Reads bytes that passed `scan`, by msgpackr, and copies what it keeps of them. */
export interface Reader {
  /** A value that defines its records itself. */
  read(bytes: Buffer, scanned: Scanned): unknown
  /** A value whose records a layout defines, from an offset on. Throws for one longer than `LONGEST_LAID_OUT`. */
  readBy(layout: Layout, bytes: Buffer, at: number): unknown
}

/**
 * A value without a layout defines its records anew, and msgpackr makes a reader for each definition: half the time of a value of
 * 1 KB. So the definitions are cut out, and the readers of 256 different ones kept, each of at most 1 KB of keys.
 */
export function createReader(): Reader {
  const options = { copyBuffers: true, mapsAsObjects: true }
  const structures: Shape[] = Array.from({ length: RECORD_IDS }, () => [])
  const reader = new Unpackr(options)
  const definedReader = new Unpackr({ ...options, structures })
  const layoutReader = new Unpackr({ ...options, structures: [] }) as Unpackr & {
    structures: readonly Shape[]
  }
  const shapes = new Map<string, Shape>()
  let unknown = 0

  function read(bytes: Buffer, { definitions }: Scanned): unknown {
    if (bytes.length > scratch.length) return reader.unpack(bytes.subarray())
    if (definitions.length === 0 || !define(bytes, definitions)) {
      return reader.unpack(scratch, bytes.copy(scratch))
    }
    return definedReader.unpack(scratch, copyWithout(bytes, definitions, scratch, 0))
  }

  function readBy({ shapes }: Layout, bytes: Buffer, at: number): unknown {
    if (bytes.length - at > scratch.length) throw new Error('too long for its layout')
    layoutReader.structures = shapes
    return layoutReader.unpack(scratch, bytes.copy(scratch, 0, at))
  }

  function define(bytes: Buffer, definitions: readonly Definition[]): boolean {
    for (const { id, keysAt, end } of definitions) {
      const shape = shapeOf(bytes.toString('latin1', keysAt, end))
      if (shape === undefined) return false
      structures[id & (RECORD_IDS - 1)] = shape
    }
    return true
  }

  function shapeOf(keys: string): Shape | undefined {
    const known = shapes.get(keys)
    if (known !== undefined) return known
    if (shapes.size >= SHAPES) {
      if (++unknown % KEPT_ONE_IN !== 0) return undefined
      const oldest = shapes.keys().next().value
      if (oldest !== undefined) shapes.delete(oldest)
    }
    const shape = reader.unpack(Buffer.from(keys, 'latin1')) as Shape
    shapes.set(keys, shape)
    return shape
  }

  return { read, readBy }
}
