import { LAYOUT_FLAG, undecodable } from './codec.ts'
import { packFlags } from './flags.ts'
import { beginsWith, type Layout, LAYOUT_ID_BYTES, layoutId, layoutOf, LONGEST_LAYOUT } from './layout.ts'
import { Layouts } from './layouts.ts'
import { unreadable } from './msgpack.ts'
import { type Packed, Packer } from './packer.ts'
import { type Facts, protect, type Protecting, protectionOf, unprotect } from './protection.ts'
import { createReader } from './reader.ts'
import { revive } from './revive.ts'
import { scan } from './scan.ts'

/** A value with the bytes it had for its codec; or, without both, the id of the layout that has to be known to read it. */
export type Body =
  | { readonly value: unknown; readonly bytes: number; readonly layout: undefined }
  | { readonly value?: undefined; readonly bytes?: undefined; readonly layout: string }

/** An encrypted layout has the id of a key, a nonce and a tag beside its bytes. */
const MOST_SEALED = LONGEST_LAYOUT + 512

/**
 * MessagePack by layouts (layout.ts): the id of the layout, then the value with ids in the place of the names of its properties.
 * What has no layout yet is written without one, as `msgpack` does.
 */
export class LaidOut {
  readonly layouts: Layouts = new Layouts()
  readonly #packer = new Packer()
  readonly #reader = createReader()
  readonly #protecting: Protecting
  #last: Layout | undefined

  constructor(protecting: Protecting) {
    this.#protecting = protecting
  }

  /** A value that is kept for so many ms. Throws `CacheError` `E_VALUE`. */
  encode(value: unknown, ms: number): Packed {
    return this.#packer.packBy(this.layouts, value, ms)
  }

  /** Throws `CacheError` `E_CODEC`. */
  decode(bytes: Buffer): Body {
    if (bytes.length < LAYOUT_ID_BYTES) throw undecodable('no layout')
    // Mostly it is that of the value before, and to compare numbers costs less than to make a text of the id.
    if (this.#last === undefined || !beginsWith(bytes, this.#last)) {
      const id = bytes.toString('latin1', 0, LAYOUT_ID_BYTES)
      const layout = this.layouts.get(id)
      if (layout === undefined) return { layout: id }
      this.#last = layout
    }
    return { value: this.#decode(bytes, this.#last), bytes: bytes.length, layout: undefined }
  }

  /** A layout as Redis keeps it: protected as a value is. */
  seal({ id, bytes }: Layout): Buffer {
    return protect(this.#protecting, this.#facts(id), bytes)
  }

  /** Makes the layout known that has an id, from what Redis has for it. Throws `CacheError` `E_CODEC` if that is anything else. */
  open(id: string, sealed: Buffer): void {
    if (sealed.length > MOST_SEALED) throw undecodable(`a layout of ${sealed.length} bytes`)
    const { keyId, ...facts } = this.#facts(id)
    const body = unprotect(this.#protecting, protectionOf(this.#protecting), keyId, {
      ...facts,
      body: sealed,
    })
    if (layoutId(body) !== id) throw undecodable('another layout than it is called')
    this.layouts.add(layoutOf(Buffer.from(body)))
  }

  #decode(bytes: Buffer, layout: Layout): unknown {
    try {
      const { hasEscapes } = scan(bytes, LAYOUT_ID_BYTES, layout.fields)
      const value = this.#reader.readBy(layout, bytes, LAYOUT_ID_BYTES)
      return hasEscapes ? revive(value) : value
    } catch (cause) {
      throw unreadable(cause)
    }
  }

  /** What a layout is bound to where it is protected. Its flags are no value's that has this key and these times. */
  #facts(id: string): Facts {
    const flags = packFlags({
      codec: LAYOUT_FLAG,
      compression: 0,
      protection: protectionOf(this.#protecting),
    })
    const keyId = `layout ${Buffer.from(id, 'latin1').toString('hex')}`
    return { keyId, flags, bornMs: 0, ttlMs: 0, graceMs: 0, tags: [] }
  }
}
