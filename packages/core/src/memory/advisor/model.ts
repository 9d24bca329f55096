/** What memories of several sizes would have answered of the reads of the sample. */
export interface Model {
  /**
   * A key was read. `newer`: how many others of the sample were read since it was; -1: it is new. `lost`: whatever the size, memory had
   * nothing to answer with, because the value had expired or was deleted. `reads`: what the read stands for.
   */
  read(slot: number, hash: number, newer: number, lost: boolean, reads: number): void
  /** What the value of a slot weighs, where that matters. */
  weigh(slot: number, hash: number, weight: number, cost: number): void
  /** A key left the sample. */
  leave(slot: number): void
  /** The sample is another share of all keys now. */
  scale(rate: number): void
  /** Halves the weight of what was read until now. */
  age(): void
  /** The sizes that it knows best, smallest first: entries, or bytes for policies that look at them. */
  readonly sizes: readonly number[]
  /** Reads that a memory of a size would have answered; between the sizes known best, it is a guess. */
  hits(size: number): number
  /** Entries that a size would hold. */
  entries(size: number): number
}
