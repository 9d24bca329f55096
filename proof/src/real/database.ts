import type { History, Load } from '../history/history.ts'
import type { Row } from './contender.ts'
import { now, pass } from './monotonic.ts'

/** What loaders do. `hangs`: they never answer while it lasts. */
export type LoaderMood = 'well' | 'slow' | 'throws' | 'hangs' | 'rejects with nothing'

const USUAL_MS = 20
const SLOW_MS = 300
const SLOW_SHARE = 0.1
/** A load that hangs does so for no longer than this, so that a run can end. */
const HANG_MS = 30_000

/** The database: rows that are versions, one loader for all instances, and a note of every load. */
export class Database {
  mood: LoaderMood = 'well'
  readonly #versions = new Map<string, number>()
  readonly #history: History
  readonly #random: () => number
  #better = Promise.withResolvers<void>()

  constructor(history: History, random: () => number) {
    this.#history = history
    this.#random = random
  }

  /** Rows that somebody has asked for or written; others cannot be cached. */
  get rows(): readonly string[] {
    return [...this.#versions.keys()]
  }

  version(key: string): number {
    return this.#versions.get(key) ?? 0
  }

  /** The row changes. */
  update(key: string): Row {
    const version = this.version(key) + 1
    this.#versions.set(key, version)
    return { key, version }
  }

  /** The row as it is when it is asked for; the answer takes its time. */
  async load(key: string, instance: number, life: number): Promise<Row> {
    const version = this.version(key)
    this.#versions.set(key, version)
    const load: Load = { instance, life, key, t0: now(), t1: Infinity, failed: false }
    this.#history.loads.push(load)
    const dice = this.#random()
    try {
      if (this.mood === 'hangs') await Promise.race([this.#better.promise, pass(HANG_MS)])
      await pass(
        dice < SLOW_SHARE || this.mood === 'slow' ? this.#random() * SLOW_MS : this.#random() * USUAL_MS,
      )
      if (this.mood === 'throws') throw new Error(`${key} cannot be read`)
      // A promise may reject with nothing, and somebody's code does.
      if (this.mood === 'rejects with nothing') await Promise.reject(undefined)
      return { key, version }
    } catch (error) {
      load.failed = true
      throw error
    } finally {
      load.t1 = now()
    }
  }

  /** The loaders are well again; what hangs goes on. */
  recover(): void {
    this.mood = 'well'
    this.#better.resolve()
    this.#better = Promise.withResolvers<void>()
  }

  /** Everything the database has, for the check. */
  note(): void {
    for (const [key, version] of this.#versions) this.#history.final.set(key, version)
  }
}
