/** A row of numbers from 0 up to 1, the same for a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Requests of a service: few keys get most of them (Zipf, exponent 0.9), and which they are drifts on as time passes. */
export function drifting(options: {
  readonly keys: number
  readonly requests: number
  readonly seed: number
}): string[] {
  const { keys, requests, seed } = options
  const random = chance(seed)
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= keys; rank++) sums.push((sum += rank ** -0.9))
  const rankOf = (share: number): number => {
    let [low, high] = [0, keys - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < share * sum) low = middle + 1
      else high = middle
    }
    return low
  }
  const names = Array.from({ length: keys }, (_, i) => i)
  let newest = keys
  return Array.from({ length: requests }, () => {
    // Now and then one of the keys loses its rank to a new one.
    if (random() < 0.02) names[Math.floor(random() ** 2 * keys)] = newest++
    return `key:${names[rankOf(random())]}`
  })
}

export function missesOf(missed: readonly boolean[]): number {
  return missed.filter(Boolean).length
}

/** How many requests it takes until the share of hits among the last `window` reaches `goal`. */
export function requestsUntil(missed: readonly boolean[], goal: number, window: number): number {
  for (let end = window; end <= missed.length; end++)
    if (1 - missesOf(missed.slice(end - window, end)) / window >= goal) return end
  return Number.POSITIVE_INFINITY
}
