/** Loads between two prices. */
const EVERY = 300
const GAIN = 0.05
/** Most by which the price moves at once, in e-folds; the rest is owed. */
const MOST = 0.26
/** Most that is owed: a beginning that was far off is not to be made up for by hours of the opposite. */
const MOST_OWED = 2
/** What is aimed at, as a share of the target: where changes come in bursts, more reads are stale than can be told. */
const AIM = 0.88

/**
 * Finds the price of what is not wanted (stale reads, or their age) at which its share meets the target: an integral controller on the
 * logarithm of the price. What was too much and what was too little make up for each other, so that the share is
 * right over all reads, in quiet hours and busy ones together, and a measure that is noisy makes it no worse on average.
 */
export class Controller {
  /** c / w: what a load costs in units of what is not wanted. */
  price: number
  readonly #target: number
  #loads = 0
  #reads = 0
  #unwanted = 0
  #meanReads = 0
  #rounds = 0
  #owed = 0
  #achieved: number | undefined

  constructor(target: number, price: number) {
    this.#target = target * AIM
    this.price = price
  }

  /** What is taken to have been met, over the last rounds; `undefined` before the first. */
  get achieved(): number | undefined {
    return this.#achieved
  }

  /** One load: the reads since the load before, this one among them, and how much of what is not wanted they are taken to have met. */
  note(reads: number, unwanted: number): void {
    this.#reads += reads
    this.#unwanted += unwanted
    if (++this.#loads < EVERY) return
    const weight = Math.max(0.02, 1 / ++this.#rounds)
    this.#meanReads += (this.#reads - this.#meanReads) * weight
    const share = this.#unwanted / this.#reads
    this.#achieved = (this.#achieved ?? share) + (share - (this.#achieved ?? share)) * weight
    const excess = (GAIN * (this.#unwanted / this.#target - this.#reads)) / this.#meanReads
    this.#owed = within(MOST_OWED, this.#owed + excess)
    const step = within(MOST, this.#owed)
    this.#owed -= step
    this.price *= Math.exp(-step)
    this.#loads = 0
    this.#reads = 0
    this.#unwanted = 0
  }
}

function within(most: number, value: number): number {
  return Math.min(most, Math.max(-most, value))
}
