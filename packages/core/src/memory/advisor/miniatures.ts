import type { EvictionPolicy } from '../eviction-policy.ts'
import { Miniature } from './miniature.ts'
import type { Model } from './model.ts'

/** Where the weight of a value is not known yet and nothing is known of others. */
const NO_WEIGHT = 1
const NEWS = 0.01

/**
 * Memories of several sizes under the policy in use, each scaled down as the keys of the sample are (mini-simulation: Waldspurger et al.,
 * ATC '17). They hold slots, so a read of one is a few steps in typed arrays.
 */
export class Miniatures implements Model {
  readonly sizes: readonly number[]
  readonly #all: readonly Miniature[]
  readonly #weights: Float64Array
  readonly #costs: Float64Array
  readonly #weighs: boolean
  #meanWeight = NO_WEIGHT
  #rate = 1

  /** `weighs`: sizes are sums of what `weigh` says. */
  constructor(sizes: readonly number[], slots: number, weighs: boolean, makePolicy: () => EvictionPolicy) {
    this.sizes = sizes
    this.#weighs = weighs
    this.#weights = new Float64Array(weighs ? slots : 0)
    this.#costs = new Float64Array(weighs ? slots : 0)
    this.#all = sizes.map(size => new Miniature(makePolicy(), size, slots))
  }

  read(slot: number, hash: number, _newer: number, lost: boolean, reads: number): void {
    const weight = this.#weightOf(slot)
    const cost = this.#weighs ? (this.#costs[slot] ?? 0) : 0
    for (const one of this.#all) if (one.read(slot, hash, weight, cost) && !lost) one.hits += reads
  }

  weigh(slot: number, hash: number, weight: number, cost: number): void {
    if (!this.#weighs) return
    this.#meanWeight +=
      this.#meanWeight === NO_WEIGHT ? weight - NO_WEIGHT : (weight - this.#meanWeight) * NEWS
    if (this.#weights[slot] === weight && this.#costs[slot] === cost) return
    const isFirst = this.#weights[slot] === 0
    this.#weights[slot] = weight
    this.#costs[slot] = cost
    for (const one of this.#all) one.reweigh(slot, hash, weight, cost, isFirst)
  }

  leave(slot: number): void {
    for (const one of this.#all) one.leave(slot)
    if (this.#weighs) this.#weights[slot] = 0
  }

  scale(rate: number): void {
    this.#rate = rate
    for (const one of this.#all) one.scale(rate)
  }

  age(): void {
    for (const one of this.#all) one.hits /= 2
  }

  hits(size: number): number {
    return this.#between(size, one => one.hits)
  }

  entries(size: number): number {
    return this.#weighs ? this.#between(size, one => one.count / this.#rate) : size
  }

  #weightOf(slot: number): number {
    return this.#weighs ? this.#weights[slot] || this.#meanWeight : 1
  }

  /** A figure at a size: on a straight line between those of the next smaller and larger, by the logarithm of the size. */
  #between(size: number, figure: (one: Miniature) => number): number {
    const at = this.#all.findIndex(one => one.size >= size)
    const above = this.#all[at] ?? this.#all.at(-1)
    if (above === undefined) return 0
    const below = this.#all[at - 1]
    if (at < 0) return figure(above)
    if (below === undefined) return (figure(above) * size) / above.size
    const share = Math.log(size / below.size) / Math.log(above.size / below.size)
    return figure(below) + (figure(above) - figure(below)) * share
  }
}
