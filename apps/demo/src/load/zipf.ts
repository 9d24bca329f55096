/**
 * Zipf's law over `count` ranks: rank r (from 0) is drawn with probability proportional to 1 / (r + 1)^exponent.
 * Returns a function from a uniform number in [0, 1) to a rank. Exponent 0 makes all ranks alike.
 */
export function createZipf(count: number, exponent: number): (uniform: number) => number {
  const upTo = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) upTo[rank] = sum += (rank + 1) ** -exponent
  return uniform => {
    const target = uniform * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((upTo[middle] as number) > target) high = middle
      else low = middle + 1
    }
    return low
  }
}
