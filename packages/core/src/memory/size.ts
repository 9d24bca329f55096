/** Values looked at for one estimate, and parts of one list or object: what is larger is scaled up. */
const MOST_LOOKS = 2000
const PARTS = 64
/** Objects with more names than this own them; those of fewer share theirs. */
const SHARED_NAMES = 24
const DEEPEST = 200

/**
 * About how many bytes a value takes in memory, for limits in bytes. Of large lists and objects it looks at parts, evenly spaced, so that an
 * estimate costs a third of a microsecond per look and 2 000 looks at most.
 */
export function estimateBytes(value: unknown): number {
  return Math.ceil(new Estimate().of(value, 0))
}

class Estimate {
  #left = MOST_LOOKS
  readonly #seen = new Set<object>()

  of(value: unknown, depth: number): number {
    this.#left--
    switch (typeof value) {
      case 'string':
        return textBytes(value)
      case 'bigint':
        return 24
      case 'object':
        return value === null ? 8 : this.#ofObject(value, depth)
      default:
        return 8
    }
  }

  #ofObject(value: object, depth: number): number {
    if (this.#seen.has(value) || depth > DEEPEST) return 8
    this.#seen.add(value)
    if (Array.isArray(value)) return 32 + 8 * value.length + this.#sum(value, depth)
    if (value instanceof Date) return 96
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 96 + value.byteLength
    if (value instanceof Map)
      return 64 + 40 * value.size + this.#sum([...value.keys(), ...value.values()], depth)
    if (value instanceof Set) return 64 + 32 * value.size + this.#sum([...value], depth)
    const names = Object.keys(value)
    const own = names.length > SHARED_NAMES ? names.reduce((sum, name) => sum + 80 + name.length, 0) : 0
    return 56 + 8 * names.length + own + this.#sum(Object.values(value), depth)
  }

  #sum(parts: readonly unknown[], depth: number): number {
    if (parts.length === 0) return 0
    const looks = Math.max(1, Math.min(parts.length, PARTS, this.#left))
    let sum = 0
    for (let i = 0; i < looks; i++) sum += this.of(parts[Math.floor((i * parts.length) / looks)], depth + 1)
    return (sum * parts.length) / looks
  }
}

function textBytes(text: string): number {
  const units = text.length
  return 24 + (units > 0 && Buffer.byteLength(text) > units ? 2 * units : units)
}

const MEASURE_EVERY = 16
const REMEMBERED_BYTES = 1_000_000

/**
 * What values that come encoded take in memory. One in sixteen is estimated; for the others the ratio of those to their encoded
 * bytes is taken, so that the sum is right on average.
 */
export class DecodedSize {
  #encoded = 0
  #estimated = 0
  #count = 0

  of(value: unknown, encoded: number): number {
    if (this.#count++ >= MEASURE_EVERY && this.#count % MEASURE_EVERY !== 0 && this.#encoded > 0)
      return Math.ceil((encoded * this.#estimated) / this.#encoded)
    const estimated = estimateBytes(value)
    this.#encoded += encoded
    this.#estimated += estimated
    if (this.#encoded > REMEMBERED_BYTES) {
      this.#encoded /= 2
      this.#estimated /= 2
    }
    return estimated
  }
}
