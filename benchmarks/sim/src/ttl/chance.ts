import { randomOf } from '../../../src/random.ts'

/** Chance that is the same for the same seed. */
export interface Chance {
  /** From 0 up to 1. */
  uniform(): number
  /** Mean 1. */
  exponential(): number
  /** Mean 0, deviation 1. */
  normal(): number
  /** The numbers below `count` in some order. */
  shuffled(count: number): Uint32Array
}

/** All of it from one row of numbers. */
export function chance(seed: number): Chance {
  const uniform = randomOf(seed)
  const exponential = (): number => -Math.log(1 - uniform())
  return {
    uniform,
    exponential,
    normal: () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * uniform()),
    shuffled(count) {
      const all = Uint32Array.from({ length: count }, (_, i) => i)
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1))
        const one = all[i] ?? 0
        all[i] = all[j] ?? 0
        all[j] = one
      }
      return all
    },
  }
}
