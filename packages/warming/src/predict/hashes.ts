import { randomBytes } from 'node:crypto'
import { hashUnder } from '@tiercache/core'

/**
 * Hashes of keys to 32 bits, under a secret: else whoever chooses keys could drive those of others out. Up to `most` of them are kept
 * together with their keys, and then it begins anew: what is read is mostly what was read before, and a secure hash costs several times
 * what the read does.
 */
export function rememberingHash(most: number): (key: string) => number {
  const secret = randomBytes(8)
  const hash = hashUnder(secret.readInt32LE(0), secret.readInt32LE(4))
  const known = new Map<string, number>()
  return key => {
    const before = known.get(key)
    if (before !== undefined) return before
    // Signed: a number beyond 31 bits is an object of its own.
    const now = hash(key) | 0
    if (known.size >= most) known.clear()
    known.set(key, now)
    return now
  }
}
