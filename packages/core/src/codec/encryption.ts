import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import { undecodable } from './codec.ts'
import { keyOf, type KeyOptions, keyRing, type KeyRing } from './keys.ts'

/** Encrypts bodies, and binds them to facts that are stored beside them in the clear. */
export interface Encryption {
  encrypt(body: Buffer, facts: Buffer): Buffer
  /** Throws `CacheError` `E_CODEC` if the key is not listed, or body or facts are not those of `encrypt`. */
  decrypt(body: Buffer, facts: Buffer): Buffer
}

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM (NIST SP 800-38D) with rotation: add the new key everywhere, then make it `current`, and drop the old
 * one once the values it wrote have passed their ttl and grace. A value whose key is gone is a miss.
 *
 * A stored body is: length of the key id (1 B), key id, nonce (12 B), tag (16 B), ciphertext. Each value is bound to
 * its namespace, cache key, tags, times, flags and format, so it cannot be moved to another key, outlive its ttl, or lose
 * its tags. Keys, tags and sizes stay readable, and an older value of the same key can be put back: what that leaves open
 * is told at `integrity`, and is the same here. Nonces are random: change keys before 2^32 values have been written with one.
 *
 * Throws `CacheError` `E_OPTION` at once for keys that cannot be used. No message or error holds key material.
 */
export function encryption(options: KeyOptions): Encryption {
  const ring = keyRing(options, 'encryption')
  return {
    encrypt: (body, facts) => encrypt(ring, body, facts),
    decrypt: (body, facts) => decrypt(ring, body, facts),
  }
}

function encrypt({ head, current }: KeyRing, body: Buffer, facts: Buffer): Buffer {
  const nonceAt = head.length
  const tagAt = nonceAt + NONCE_BYTES
  const sealed = Buffer.allocUnsafe(tagAt + TAG_BYTES + body.length)
  head.copy(sealed)
  randomFillSync(sealed, nonceAt, NONCE_BYTES)
  const nonce = sealed.subarray(nonceAt, tagAt)
  const cipher = createCipheriv(ALGORITHM, current, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(facts)
  cipher.update(body).copy(sealed, tagAt + TAG_BYTES)
  cipher.final()
  cipher.getAuthTag().copy(sealed, tagAt)
  return sealed
}

function decrypt({ keys }: KeyRing, body: Buffer, facts: Buffer): Buffer {
  const { key, at: nonceAt } = keyOf(body, keys)
  const tagAt = nonceAt + NONCE_BYTES
  const textAt = tagAt + TAG_BYTES
  if (body.length < textAt) throw undecodable('encrypted body cut short')
  const nonce = body.subarray(nonceAt, tagAt)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(facts)
  decipher.setAuthTag(body.subarray(tagAt, textAt))
  const text = decipher.update(body.subarray(textAt))
  try {
    decipher.final()
  } catch (cause) {
    throw undecodable('encrypted body is not authentic', cause)
  }
  return text
}
