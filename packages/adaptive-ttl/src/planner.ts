import { Controller } from './controller.ts'
import { observe } from './estimate.ts'
import type { Goal } from './goal.ts'
import type { KeyState, Learnt } from './key-state.ts'

/** One value from its load until the load of the next. */
export interface Cycle {
  /** Time between the loads, in ms. */
  readonly spanMs: number
  /** How long it was to be fresh, in ms. */
  readonly ttlMs: number
  /** How long the load that ends it took, in ms. */
  readonly loadMs: number
  /** Reads it answered; `undefined` if nobody counted. */
  readonly hits: number | undefined
  /** See `Observation`. */
  readonly changed: boolean | undefined
  readonly unchangedMs: number | undefined
  /** Nobody was served it after it had changed. */
  readonly invalidated: boolean
}

/** Between these a lifetime stays. */
export interface Bounds {
  readonly minMs: number
  readonly maxMs: number
}

/** Keys by which the prior is made at first, and the least that one load later says of all keys. */
const PRIOR_KEYS = 20
const PRIOR_RATE = 0.0005

/** From what was seen of a key to its next lifetime. What keys have in common is learnt here: where new ones begin, and the price. */
export class Planner {
  readonly controller: Controller
  readonly #goal: Goal
  readonly #initialMs: number
  readonly #mostChance: number
  #meanLogChanges: number
  #seen = 0

  constructor(goal: Goal, initialMs: number, mostChance: number) {
    const changes = goal.changesAt(initialMs)
    this.#goal = goal
    this.#initialMs = initialMs
    this.#mostChance = mostChance
    this.#meanLogChanges = Math.log(changes)
    // At first a key that is read once in its lifetime gets the initial one.
    this.controller = new Controller(goal.target, goal.price({ reads: 1 / initialMs, changes }, initialMs))
  }

  /** What is assumed of a key of which nothing is known. */
  get prior(): Learnt {
    return { logChanges: this.#meanLogChanges, reads: 1, spanMs: this.#initialMs, samples: 0 }
  }

  /** What is known of a key after a cycle. */
  learn(before: KeyState, cycle: Cycle): Learnt {
    const { spanMs, ttlMs, loadMs, hits } = cycle
    // Where nobody counts reads, the wait for the one that loads again still tells how often they come.
    const watchedMs = hits === undefined ? spanMs - ttlMs - loadMs : spanMs
    const after = observe(before, { ...cycle, hits: hits ?? 0, watchedMs: Math.max(0, watchedMs) })
    if (cycle.changed === undefined) return after
    const rate = Math.max(PRIOR_RATE, 1 / (++this.#seen + PRIOR_KEYS))
    this.#meanLogChanges += (after.logChanges - this.#meanLogChanges) * rate
    // What was kept longer for the origin's sake says nothing of the price.
    if (!before.stretched) this.#account(before, cycle)
    return after
  }

  /** How long the next value should live. `cost` is that of its load, 1 being usual. */
  lifetime({ logChanges, reads, spanMs }: Learnt, cost: number, { minMs, maxMs }: Bounds): number {
    const changes = Math.exp(logChanges)
    const best = this.#goal.law({ reads: reads / spanMs, changes, price: cost * this.controller.price })
    return Math.max(minMs, Math.min(best, maxMs, -Math.log1p(-this.#mostChance) / changes))
  }

  #account({ logChanges, reads, spanMs: readsMs }: KeyState, cycle: Cycle): void {
    const { spanMs, ttlMs, changed, unchangedMs, invalidated } = cycle
    const hits = cycle.hits ?? (reads / readsMs) * Math.min(ttlMs, spanMs)
    const each =
      !changed || invalidated
        ? 0
        : unchangedMs === undefined
          ? this.#goal.unwanted(Math.exp(logChanges), ttlMs, spanMs)
          : this.#goal.unwantedSince(unchangedMs, ttlMs, spanMs)
    this.controller.note(hits + 1, hits * each)
  }
}
