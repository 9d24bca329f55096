import type { Clock } from './clock.ts'
import type { LaidOut } from './codec/laid-out.ts'
import type { Layout } from './codec/layout.ts'
import type { Keeper } from './codec/layouts.ts'
import { CacheError } from './errors.ts'
import type { Store } from './store.ts'

/** How long Redis keeps a layout that nobody uses. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000
/** A value may arrive later than it was made, and clocks run apart. */
const MARGIN_MS = 60 * 60 * 1000
/** A layout in use is written again this often: Redis may have evicted it, or lost it in a way that nobody noticed. */
const AGAIN_MS = 30_000
/** The pause after Redis did not take one. */
const RETRY_MS = 1000
/** For how long a layout that Redis did not have is not asked for again. */
const ABSENT_MS = 1000
const MOST_ABSENT = 1000

interface Kept {
  /** Until when Redis has it, unless it loses it. */
  until: number
  /** When it is to be written the next time. */
  again: number
}

/**
 * The layouts (codec/layout.ts) of a namespace, in Redis: writes those that this process uses, and gets those that it meets. Neither
 * holds anybody up: until a layout is known to be there, values are written without; and a read waits for one at most once.
 *
 * Losing a layout is safe. Its values are misses for instances that do not know it, and they are deleted there and loaded again.
 */
export class Dictionary implements Keeper {
  readonly #store: Store
  readonly #laidOut: LaidOut
  readonly #clock: Clock
  readonly #failed: (operation: string, error: unknown) => void
  #kept = new WeakMap<Layout, Kept>()
  readonly #fetching = new Map<string, Promise<boolean>>()
  readonly #absent = new Map<string, number>()

  constructor(
    store: Store,
    laidOut: LaidOut,
    clock: Clock,
    failed: (operation: string, error: unknown) => void,
  ) {
    this.#store = store
    this.#laidOut = laidOut
    this.#clock = clock
    this.#failed = failed
    laidOut.layouts.follow(this)
  }

  keeps(layout: Layout, ms: number): boolean {
    const now = this.#clock.recent()
    let kept = this.#kept.get(layout)
    if (kept === undefined) {
      kept = { until: 0, again: 0 }
      this.#kept.set(layout, kept)
    }
    if (now >= kept.again) void this.#keep(layout, kept)
    return now + ms + MARGIN_MS <= kept.until
  }

  /** Redis may have lost what it had: nothing is written by a layout before that is there again. */
  doubt(): void {
    this.#kept = new WeakMap()
    this.#absent.clear()
  }

  /**
   * Gets a layout that a value was written by; `false` if there is none that can be read. Rejects if Redis cannot be asked. Those who
   * want the same one ask once.
   */
  fetch(id: string): Promise<boolean> {
    const fetching = this.#fetching.get(id) ?? this.#fetch(id).finally(() => this.#fetching.delete(id))
    this.#fetching.set(id, fetching)
    return fetching
  }

  async #fetch(id: string): Promise<boolean> {
    if (this.#clock.recent() < (this.#absent.get(id) ?? 0)) return false
    const bytes = await this.#store.readLayout(nameOf(id))
    try {
      if (bytes !== undefined) {
        this.#laidOut.open(id, bytes)
        return true
      }
    } catch (error) {
      this.#failed('decode', error)
    }
    if (this.#absent.size >= MOST_ABSENT) this.#absent.clear()
    this.#absent.set(id, this.#clock.recent() + ABSENT_MS)
    return false
  }

  async #keep(layout: Layout, kept: Kept): Promise<void> {
    // Redis counts from later on, so it keeps a layout for longer than is believed here.
    const from = this.#clock.now()
    kept.again = from + AGAIN_MS
    try {
      await this.#store.keepLayout(nameOf(layout.id), this.#laidOut.seal(layout), KEEP_MS)
      kept.until = from + KEEP_MS
    } catch (error) {
      kept.again = this.#clock.now() + RETRY_MS
      if (!(error instanceof CacheError && error.code === 'E_CLOSED')) this.#failed('layout', error)
    }
  }
}

/** An id as Redis has it. */
function nameOf(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url')
}
