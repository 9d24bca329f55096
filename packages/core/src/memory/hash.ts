/**
 * A hash of texts to 32 bits under a secret of 64: HalfSipHash-1-3 over UTF-16 units (Aumasson and Bernstein, 2012). Whoever chooses
 * keys cannot choose which of them meet.
 */
export function hashUnder(k0: number, k1: number): (text: string) => number {
  return text => {
    let v0 = k0 | 0
    let v1 = k1 | 0
    let v2 = 0x6c796765 ^ k0
    let v3 = 0x74656462 ^ k1
    const { length } = text
    // Each round takes two units; the last one the rest of the text and its length, and three more end it.
    for (let i = 0, last = length & ~1; i <= last + 6; i += 2) {
      const low = i < length ? text.charCodeAt(i) : 0
      const high = i < last ? text.charCodeAt(i + 1) : i === last ? length & 0xffff : 0
      const word = low | (high << 16)
      if (i === last + 2) v2 ^= 0xff
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    return (v1 ^ v3) >>> 0
  }
}

/**
 * A hash of texts to 32 bits in half the time, whose values spread well over each part of the range. Who knows the seed can choose keys
 * that meet, and with patience who does not.
 */
export function quickHash(seed: number): (text: string) => number {
  return text => {
    const { length } = text
    let hash = seed ^ length
    for (let i = 0, last = length & ~1; i < last; i += 2) {
      hash = Math.imul(hash ^ (text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    if ((length & 1) === 1) hash = Math.imul(hash ^ text.charCodeAt(length - 1), 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return (hash ^ (hash >>> 13)) >>> 0
  }
}
