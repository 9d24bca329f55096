import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { undecodable } from './codec.ts'
import { keyOf, type KeyOptions, keyRing, type KeyRing } from './keys.ts'

/** Vouches for bodies and for facts that are stored beside them; both stay readable. */
export interface Integrity {
  sign(body: Buffer, facts: Buffer): Buffer
  /** The body. Throws `CacheError` `E_CODEC` if the key is not listed, or body or facts are not those of `sign`. */
  verify(body: Buffer, facts: Buffer): Buffer
}

const TAG_BYTES = 32

/**
 * HMAC-SHA256 (RFC 2104, FIPS 198-1), for a Redis that others can write to: what was not written with one of these keys is a
 * miss and an `error` event, and never decoded. Rotation is as for `encryption`, which already does this and more: there is no
 * use in both. Where it is turned on or off, values from before are misses.
 *
 * A stored body is: length of the key id (1 B), key id, tag (32 B), body. The tag covers the body and its namespace, cache key,
 * tags, times, flags and format: no value can be made up, changed, moved to another key or namespace, made to live longer, or
 * stripped of its tags.
 *
 * Not covered are the mark, S0 and epoch in front, which Redis itself writes. Who can write to Redis can therefore put an older
 * value of the same key back, and make it count as not invalidated since, until the ttl (and grace) that it was stored with
 * ends; he can undo a soft expiry within the same time, and can always delete, expire and invalidate. Caches that share keys of
 * this kind and a namespace trust each other's values: use other keys for other environments.
 *
 * Throws `CacheError` `E_OPTION` at once for keys that cannot be used. No message or error holds key material.
 */
export function integrity(options: KeyOptions): Integrity {
  const ring = keyRing(options, 'integrity')
  return {
    sign: (body, facts) => sign(ring, body, facts),
    verify: (body, facts) => verify(ring, body, facts),
  }
}

function sign({ head, current }: KeyRing, body: Buffer, facts: Buffer): Buffer {
  return Buffer.concat([head, tagOf(current, body, facts), body])
}

function verify({ keys }: KeyRing, body: Buffer, facts: Buffer): Buffer {
  const { key, at } = keyOf(body, keys)
  const bodyAt = at + TAG_BYTES
  if (body.length < bodyAt) throw undecodable('authenticated body cut short')
  const inner = body.subarray(bodyAt)
  if (!timingSafeEqual(body.subarray(at, bodyAt), tagOf(key, inner, facts))) {
    throw undecodable('its body is not authentic')
  }
  return inner
}

/** `facts` say themselves where they end, so no other facts and body are the same bytes. */
function tagOf(key: KeyObject, body: Buffer, facts: Buffer): Buffer {
  return createHmac('sha256', key).update(facts).update(body).digest()
}
