import { createSecretKey, type KeyObject } from 'node:crypto'
import { CacheError } from '../errors.ts'
import { undecodable } from './codec.ts'

/** Secret keys of 256 bits, of which one writes and all read. */
export interface KeyOptions {
  /** 32 bytes, or these in base64, by id. Any of them reads. An id is 1 to 255 bytes and not secret. */
  readonly keys: Readonly<Record<string, Uint8Array | string>>
  /** The id of the key that writes. */
  readonly current: string
}

/** Keys by id, and what the bodies that the current one makes begin with: the length of its id (1 B), and the id. */
export interface KeyRing {
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly current: KeyObject
  readonly head: Buffer
}

const KEY_BYTES = 32
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/

/** Throws `CacheError` `E_OPTION`, with a path under `option`, for keys that cannot be used. No error holds key material. */
export function keyRing(options: KeyOptions, option: string): KeyRing {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw badOption(option, 'must be { keys, current }')
  for (const name of Object.keys(given)) {
    if (name !== 'keys' && name !== 'current')
      throw badOption(`${option}.${name}`, 'is not an option; there are keys and current')
  }
  const keys = readKeys(options.keys, `${option}.keys`)
  const current = keys.get(options.current)
  if (current === undefined) throw badOption(`${option}.current`, `must be the id of one of ${option}.keys`)
  const id = Buffer.from(options.current)
  return { keys, current, head: Buffer.concat([Buffer.from([id.length]), id]) }
}

/** The key that a body names, and where the body goes on. Throws `CacheError` `E_CODEC` for one that is not listed. */
export function keyOf(body: Buffer, keys: KeyRing['keys']): { key: KeyObject; at: number } {
  const at = 1 + (body[0] ?? 0)
  const key = at > body.length ? undefined : keys.get(body.toString('utf8', 1, at))
  if (key === undefined) throw undecodable('made with a key that is not listed')
  return { key, at }
}

function readKeys(given: unknown, path: string): ReadonlyMap<string, KeyObject> {
  if (typeof given !== 'object' || given === null) throw badOption(path, 'must be an object of keys by id')
  const keys = new Map<string, KeyObject>()
  for (const [id, key] of Object.entries(given)) {
    const bytes = Buffer.byteLength(id)
    if (bytes === 0 || bytes > 255 || !id.isWellFormed())
      throw badOption(path, 'has an id that is not 1 to 255 bytes')
    keys.set(id, readKey(key, `${path}.${id}`))
  }
  return keys
}

function readKey(key: unknown, path: string): KeyObject {
  if (typeof key === 'string' && BASE64.test(key)) return createSecretKey(key, 'base64')
  if (key instanceof Uint8Array && key.length === KEY_BYTES) return createSecretKey(key)
  throw badOption(path, `must be ${KEY_BYTES} bytes, or these in base64`)
}

// Without the value: it may be a key that is only slightly wrong.
function badOption(path: string, problem: string): CacheError {
  return new CacheError('E_OPTION', `${path} ${problem}`, { path })
}
