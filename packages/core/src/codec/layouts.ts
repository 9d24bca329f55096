import { type Layout, layoutOf } from './layout.ts'

/** Knows which layouts others can read by. */
export interface Keeper {
  /** Whether Redis keeps a layout for at least so many ms from now on. Where it does not yet, that is seen to. */
  keeps(layout: Layout, ms: number): boolean
}

/** Layouts that values are read by; a process that meets more asks Redis again for the oldest. */
const MOST_READ = 512
/** Layouts that values are written by. */
const MOST_WRITTEN = 256
// Of the ones beyond, one in so many takes the place of the oldest.
const TAKEN_ONE_IN = 16
/** A layout is worth keeping when so many values had it. */
const LEARNED_FROM = 2
const MOST_COUNTED = 512
// After so many values in a row without a layout, one in so many is looked at.
const MANY = 256
const LOOKED_AT_ONE_IN = 16

/** The layouts that this process knows: of values it has read or written. */
export class Layouts {
  #keeper: Keeper | undefined
  readonly #known = new Map<string, Layout>()
  readonly #written = new Map<string, Layout>()
  /** How often names were met that are no layout yet. */
  readonly #counts = new Map<string, number>()
  /** Values in a row that were written without a layout. */
  #without = 0
  #beyond = 0

  /** Before this, all values are written without a layout. */
  follow(keeper: Keeper): void {
    this.#keeper = keeper
  }

  /** The layout with an id, if it is known. */
  get(id: string): Layout | undefined {
    return this.#known.get(id)
  }

  /** Makes a layout known. */
  add(layout: Layout): void {
    if (this.#known.size >= MOST_READ) deleteOldest(this.#known)
    this.#known.set(layout.id, layout)
  }

  /** Whether to look for the layout of another value: it costs a part of encoding, which is wasted where none has one. */
  isWorthALook(): boolean {
    return this.#keeper !== undefined && (++this.#without <= MANY || this.#without % LOOKED_AT_ONE_IN === 0)
  }

  /**
   * The layout with these names (its bytes, a character each) if a value may be written by it that is kept for so many ms: if
   * whoever will read the value can have the layout too.
   */
  toWrite(names: string, ms: number): Layout | undefined {
    const layout = this.#written.get(names) ?? this.#learned(names)
    const isKept = layout !== undefined && this.#keeper?.keeps(layout, ms) === true
    if (!isKept) return undefined
    this.#without = 0
    return layout
  }

  #learned(names: string): Layout | undefined {
    const count = (this.#counts.get(names) ?? 0) + 1
    if (count < LEARNED_FROM) {
      if (this.#counts.size >= MOST_COUNTED) this.#counts.clear()
      this.#counts.set(names, count)
      return undefined
    }
    if (this.#written.size >= MOST_WRITTEN) {
      if (++this.#beyond % TAKEN_ONE_IN !== 0) return undefined
      deleteOldest(this.#written)
    }
    this.#counts.delete(names)
    const made = layoutOf(Buffer.from(names, 'latin1'))
    const layout = this.#known.get(made.id) ?? made
    if (layout === made) this.add(layout)
    this.#written.set(names, layout)
    return layout
  }
}

function deleteOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next().value
  if (oldest !== undefined) map.delete(oldest)
}
