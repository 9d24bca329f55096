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

/** Mulberry32 (Tommy Ettinger, public domain). */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
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
