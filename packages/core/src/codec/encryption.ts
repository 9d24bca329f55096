import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { CacheError } from '../errors.ts'
import { undecodable } from './codec.ts'

export interface EncryptionOptions {
  /** AES-256 keys by id: 32 bytes, or these in base64. Any of them reads. An id is 1 to 255 bytes and not secret. */
  readonly keys: Readonly<Record<string, Uint8Array | string>>
  /** The id of the key that writes. */
  readonly current: string
}

/** Encrypts bodies, and binds them to facts that are stored beside them in the clear. */
export interface Encryption {
  encrypt(body: Buffer, facts: Buffer): Buffer
  /** Throws `CacheError` `E_CODEC` if the key is not listed, or body or facts are not those of `encrypt`. */
  decrypt(body: Buffer, facts: Buffer): Buffer
}

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/

/**
 * AES-256-GCM (NIST SP 800-38D) with rotation: add the new key everywhere, then make it `current`, and drop the old
 * one once the values it wrote have passed their ttl and grace. A value whose key is gone is a miss.
 *
 * A stored body is: length of the key id (1 B), key id, nonce (12 B), tag (16 B), ciphertext. Each value is bound to
 * its cache key, tags, times and flags, so it cannot be moved to another key, outlive its ttl, or lose its tags. Keys,
 * tags and sizes stay readable, and an older value of the same key can be put back. Nonces are random: change keys
 * before 2^32 values have been written with one.
 *
 * Throws `CacheError` `E_OPTION` at once for keys that cannot be used. No message or error holds key material.
 */
export function encryption(options: EncryptionOptions): Encryption {
  const keys = readKeys(options)
  const currentKey = keys.get(options.current)
  if (currentKey === undefined) throw badOption('current', 'must be the id of one of encryption.keys')
  const head = Buffer.concat([
    Buffer.from([Buffer.byteLength(options.current)]),
    Buffer.from(options.current),
  ])
  return {
    encrypt: (body, facts) => encrypt(head, currentKey, body, facts),
    decrypt: (body, facts) => decrypt(keys, body, facts),
  }
}

function readKeys(options: EncryptionOptions): ReadonlyMap<string, KeyObject> {
  const given: unknown = options.keys
  if (typeof given !== 'object' || given === null) throw badOption('keys', 'must be an object of keys by id')
  const keys = new Map<string, KeyObject>()
  for (const [id, key] of Object.entries(given)) {
    const bytes = Buffer.byteLength(id)
    if (bytes === 0 || bytes > 255 || !id.isWellFormed())
      throw badOption('keys', 'has an id that is not 1 to 255 bytes')
    keys.set(id, readKey(id, key))
  }
  return keys
}

function readKey(id: string, key: unknown): KeyObject {
  if (typeof key === 'string' && BASE64.test(key)) return createSecretKey(key, 'base64')
  if (key instanceof Uint8Array && key.length === KEY_BYTES) return createSecretKey(key)
  throw badOption(`keys.${id}`, `must be ${KEY_BYTES} bytes, or these in base64`)
}

// Without the value: it may be a key that is only slightly wrong.
function badOption(name: string, problem: string): CacheError {
  const path = `encryption.${name}`
  return new CacheError('E_OPTION', `${path} ${problem}`, { path })
}

function encrypt(head: Buffer, key: KeyObject, body: Buffer, facts: Buffer): Buffer {
  const nonceAt = head.length
  const tagAt = nonceAt + NONCE_BYTES
  const sealed = Buffer.allocUnsafe(tagAt + TAG_BYTES + body.length)
  head.copy(sealed)
  randomFillSync(sealed, nonceAt, NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, sealed.subarray(nonceAt, tagAt), { authTagLength: TAG_BYTES })
  cipher.setAAD(facts)
  cipher.update(body).copy(sealed, tagAt + TAG_BYTES)
  cipher.final()
  cipher.getAuthTag().copy(sealed, tagAt)
  return sealed
}

function decrypt(keys: ReadonlyMap<string, KeyObject>, body: Buffer, facts: Buffer): Buffer {
  const nonceAt = 1 + (body[0] ?? 0)
  const tagAt = nonceAt + NONCE_BYTES
  const textAt = tagAt + TAG_BYTES
  if (body.length < textAt) throw undecodable('encrypted body cut short')
  const key = keys.get(body.toString('utf8', 1, nonceAt))
  if (key === undefined) throw undecodable('encrypted with a key that is not listed')
  const decipher = createDecipheriv(ALGORITHM, key, body.subarray(nonceAt, tagAt), {
    authTagLength: TAG_BYTES,
  })
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
