import { randomOf } from '../random.ts'

/** Chance in whole numbers and picks, the same for the same seed. */
export interface Dice {
  /** A whole number from 0 up to `limit`, without it. */
  below(limit: number): number
  /** Throws for an empty list. */
  pick<T>(list: readonly T[]): T
  bytes(count: number): Buffer
}

export function diceOf(seed: number): Dice {
  const random = randomOf(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  return {
    below,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[below(list.length)] as T
    },
    bytes: count => Buffer.from(Array.from({ length: count }, () => below(256))),
  }
}
