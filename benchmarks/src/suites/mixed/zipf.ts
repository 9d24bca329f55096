/** Indexes below `count`, the first the likeliest, by Zipf's law with exponent `s`; `chance` gives numbers from 0 up to 1. */
export function zipf(count: number, s: number, chance: () => number): () => number {
  const sums = new Float64Array(count)
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += 1 / (i + 1) ** s
    sums[i] = sum
  }
  return () => firstAbove(sums, chance() * sum)
}

function firstAbove(sums: Float64Array, target: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sums[middle] ?? 0) > target) high = middle
    else low = middle + 1
  }
  return low
}
