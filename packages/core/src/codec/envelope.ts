import { crc32 } from 'node:zlib'
import { CacheError, shown } from '../errors.ts'
import { undecodable } from './codec.ts'

/*
 * The bytes of one stored value, numbers big-endian. A script in Redis writes the first 19 in front of what sealTail
 * made, and may set the mark later, so the checksum does not cover these; nor do they depend on the value.
 *
 *  0  1 B  magic                       23  1 B  flags
 *  1  1 B  format version              24  8 B  hash of the key id
 *  2  1 B  mark                        32  6 B  bornMs
 *  3  8 B  S0, float64                 38  6 B  ttlMs
 * 11  8 B  epoch, ASCII                44  6 B  graceMs
 * 19  4 B  CRC-32 of 23 to the end     50  2 B  number of tags; for each 2 B length and UTF-8; then the body
 *
 * Where bit 15 of the number of tags is set, extras stand between tags and body: 1 B length of them all, then for each
 * 1 B kind, 1 B length and its bytes. Kinds that are not known here are passed over. 1: the state of the ttl policy.
 */

/** Bytes the script writes; `sealTail` makes the rest. */
export const HEAD_BYTES = 19
/** Bytes in front of the tags. */
export const FIXED_BYTES = 50
const FLAGS_AT = 23
const MAGIC = 0x54
const FORMAT = 1

/** How many tags one value may have. */
export const MAX_TAGS = 64
/** Bytes a ttl policy may keep with a value. */
export const MAX_STATE_BYTES = 20
const HAS_EXTRAS = 0x8000
const STATE_KIND = 1

/** 0 as written; 1 expired softly: stale at once, whatever its times say. */
export type Mark = 0 | 1

/** What `sealTail` writes. Durations and times in ms, whole and below 2^48. */
export interface Sealed {
  readonly keyId: string
  /** See flags.ts. */
  readonly flags: number
  /** By the clock of Redis. */
  readonly bornMs: number
  /** Fresh for this long after `bornMs`. */
  readonly ttlMs: number
  /** May be served stale for this long after that. */
  readonly graceMs: number
  readonly tags: readonly string[]
  /** What the ttl policy keeps with the value, `MAX_STATE_BYTES` at most. */
  readonly state?: Uint8Array | undefined
  readonly body: Buffer
}

/** A stored value with its body still encoded. */
export interface Envelope extends Omit<Sealed, 'keyId'> {
  readonly mark: Mark
  /** The position in the log from which the value is valid. */
  readonly s0: number
  /** The life of the log that `s0` belongs to. */
  readonly epoch: string
  /** A view into the bytes that were opened. */
  readonly body: Buffer
}

/**
 * The bytes of a value from offset 19 on, in one allocation of its own.
 *
 * Throws `CacheError` `E_KEY` for more than 64 tags, or a tag that is not well-formed or over 65 535 bytes; `E_TTL`
 * for a time that cannot be written. Fractions of a ms are cut off.
 */
export function sealTail(sealed: Sealed): Buffer {
  const { tags, state, body } = sealed
  const extrasAt = FIXED_BYTES - HEAD_BYTES + tagBytes(tags)
  const bodyAt = extrasAt + (state === undefined ? 0 : 3 + state.length)
  const tail = Buffer.allocUnsafe(bodyAt + body.length)
  writeFacts(tail, sealed)
  writeTags(tail, FIXED_BYTES - HEAD_BYTES, tags)
  if (state !== undefined) writeState(tail, extrasAt, state)
  body.copy(tail, bodyAt)
  tail.writeUInt32BE(crc32(tail.subarray(FLAGS_AT - HEAD_BYTES)), 0)
  return tail
}

/** What tells a value of one cache from the same key's in another. */
export interface Bound extends Omit<Sealed, 'body'> {
  readonly namespace: string
}

/**
 * What the body is bound to when it is authenticated: format, flags, namespace, key id, times, tags and state, in a form that no
 * other combination has, and that no other begins with. Not the mark, S0 and epoch, which Redis writes: who can write to
 * Redis can bring back an older value of a key.
 */
export function boundFacts(bound: Bound): Buffer {
  const texts = [bound.namespace, bound.keyId, ...bound.tags]
  const { state } = bound
  const textBytes = texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0)
  const facts = Buffer.allocUnsafe(BOUND_BYTES + textBytes + (state === undefined ? 0 : 1 + state.length))
  facts[0] = FORMAT
  writeTimes(facts, bound, 1)
  facts[BOUND_BYTES - 2] = bound.flags
  // The number of tags is 64 at most, so this tells that a state follows the last of them.
  facts[BOUND_BYTES - 1] = bound.tags.length + (state === undefined ? 0 : 0x80)
  let at = BOUND_BYTES
  for (const text of texts) {
    const length = facts.write(text, at + 4)
    at = facts.writeUInt32BE(length, at) + length
  }
  if (state !== undefined) facts.set([state.length, ...state], at)
  return facts
}

// Format, three times, flags, and the number of tags, which is 64 at most.
const BOUND_BYTES = 21

/** The whole value as the script stores it: what a stand-in for Redis needs. `epoch` must be 8 ASCII characters. */
export function joinEnvelope(s0: number, epoch: string, tail: Buffer, mark: Mark = 0): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + tail.length)
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = mark
  bytes.writeDoubleBE(s0, 3)
  if (epoch.length !== 8 || bytes.write(epoch, 11, 8, 'latin1') !== 8)
    throw new RangeError(`epoch ${shown(epoch)}`)
  tail.copy(bytes, HEAD_BYTES)
  return bytes
}

/**
 * Checks a stored value and reads all but its body, which stays encoded: a stale or invalidated value is never
 * decoded. The checksum is verified here, once; it finds accidents, not forgery (see integrity.ts for that).
 *
 * Throws `CacheError` `E_CODEC`, saying which check failed, and nothing else, for any bytes.
 */
export function openEnvelope(bytes: Buffer, keyId: string): Envelope {
  if (bytes.length < FIXED_BYTES + 2) throw undecodable(`too short (${bytes.length} bytes)`)
  if (bytes[0] !== MAGIC) throw undecodable('magic (not written by tiercache)')
  if (bytes[1] !== FORMAT) throw undecodable(`format version ${bytes[1]} (this is ${FORMAT})`)
  const mark = bytes[2]
  if (mark !== 0 && mark !== 1) throw undecodable(`mark ${mark}`)
  const s0 = bytes.readDoubleBE(3)
  if (!Number.isFinite(s0)) throw undecodable(`S0 ${s0}`)
  hashKey(keyId)
  if (bytes.readInt32BE(24) !== keyHash[0] || bytes.readInt32BE(28) !== keyHash[1])
    throw undecodable('key hash (it belongs to another key)')
  if (bytes.readUInt32BE(19) !== crc32(bytes.subarray(FLAGS_AT))) throw undecodable('checksum')
  const { tags, end: extrasAt } = readTags(bytes)
  const { state, end } = readExtras(bytes, extrasAt)
  return {
    mark,
    s0,
    epoch: epochOf(bytes),
    flags: bytes[FLAGS_AT] ?? 0,
    bornMs: readUint48(bytes, 32),
    ttlMs: readUint48(bytes, 38),
    graceMs: readUint48(bytes, 44),
    tags,
    ...(state !== undefined && { state }),
    body: bytes.subarray(end),
  }
}

// Nearly all values have the same: to compare it costs less than to make a text of it.
let epoch = ''
let epochHigh = 0
let epochLow = 0

function epochOf(bytes: Buffer): string {
  const high = bytes.readInt32BE(11)
  const low = bytes.readInt32BE(15)
  if (epoch === '' || high !== epochHigh || low !== epochLow) {
    epoch = bytes.toString('latin1', 11, 19)
    epochHigh = high
    epochLow = low
  }
  return epoch
}

/** A view of the first 50 bytes, or of all there are: enough to say "this very value" to Redis, however broken. */
export function headerBytes(bytes: Buffer): Buffer {
  return bytes.subarray(0, FIXED_BYTES)
}

// What `hashKey` made last. Shared, since whoever calls it looks at once.
const keyHash = new Int32Array(2)

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo), from two starts in one pass. It tells a value of another key by accident; it is no protection. */
function hashKey(keyId: string): void {
  let first = SEED_1
  let second = SEED_2
  for (let i = 0; i < keyId.length; i++) {
    const unit = keyId.charCodeAt(i)
    first = Math.imul(first ^ unit, FNV_PRIME)
    second = Math.imul(second ^ unit, FNV_PRIME)
  }
  keyHash[0] = first
  keyHash[1] = second
}

const FNV_PRIME = 0x01000193
const SEED_1 = 0x811c9dc5
const SEED_2 = 0x2545f491

/** `target` begins where the checksum is, which is written last. */
function writeFacts(target: Buffer, sealed: Omit<Sealed, 'body'>): void {
  target[4] = sealed.flags
  hashKey(sealed.keyId)
  target.writeInt32BE(keyHash[0] ?? 0, 5)
  target.writeInt32BE(keyHash[1] ?? 0, 9)
  writeTimes(target, sealed, 13)
}

type Times = Pick<Sealed, 'bornMs' | 'ttlMs' | 'graceMs'>

function writeTimes(target: Buffer, { bornMs, ttlMs, graceMs }: Times, at: number): void {
  writeUint48(target, bornMs, at, 'bornMs')
  writeUint48(target, ttlMs, at + 6, 'ttlMs')
  writeUint48(target, graceMs, at + 12, 'graceMs')
}

const UINT32 = 2 ** 32

function writeUint48(target: Buffer, value: number, at: number, path: string): void {
  const whole = Math.floor(value)
  if (!(whole >= 0 && whole < 2 ** 48))
    throw new CacheError('E_TTL', `${path} cannot be ${value} ms`, { path, value })
  target.writeUInt16BE(Math.floor(whole / UINT32), at)
  target.writeUInt32BE(whole % UINT32, at + 2)
}

function readUint48(bytes: Buffer, at: number): number {
  return bytes.readUInt16BE(at) * UINT32 + bytes.readUInt32BE(at + 2)
}

function tagBytes(tags: readonly string[]): number {
  if (tags.length > MAX_TAGS) {
    throw new CacheError('E_KEY', `A value can have ${MAX_TAGS} tags, not ${tags.length}`, {
      path: 'tags',
      value: tags,
    })
  }
  let bytes = 2
  for (const tag of tags) {
    const length = Buffer.byteLength(tag)
    if (length > 0xffff || !tag.isWellFormed()) {
      throw new CacheError('E_KEY', `The tag ${shown(tag)} cannot be stored`, { path: 'tags', value: tag })
    }
    bytes += 2 + length
  }
  return bytes
}

function writeTags(target: Buffer, start: number, tags: readonly string[]): void {
  let at = target.writeUInt16BE(tags.length, start)
  for (const tag of tags) {
    const length = target.write(tag, at + 2)
    at = target.writeUInt16BE(length, at) + length
  }
}

const NO_TAGS: readonly string[] = Object.freeze([])

function readTags(bytes: Buffer): { tags: readonly string[]; end: number } {
  const written = bytes.readUInt16BE(FIXED_BYTES)
  const count = written & ~HAS_EXTRAS
  let at = FIXED_BYTES + 2
  if (count === 0) return { tags: NO_TAGS, end: at }
  if (count > MAX_TAGS) throw undecodable(`tags (${written} of them)`)
  const tags: string[] = []
  for (let i = 0; i < count; i++) {
    const start = at + 2
    const end = start <= bytes.length ? start + bytes.readUInt16BE(at) : Infinity
    if (end > bytes.length) throw undecodable('tags (out of bounds)')
    tags.push(bytes.toString('utf8', start, end))
    at = end
  }
  return { tags, end: at }
}

function writeState(target: Buffer, at: number, state: Uint8Array): void {
  if (state.length > MAX_STATE_BYTES) {
    throw new CacheError('E_VALUE', `A ttl policy can keep ${MAX_STATE_BYTES} bytes, not ${state.length}`, {
      path: 'ttl',
    })
  }
  const count = FIXED_BYTES - HEAD_BYTES
  target.writeUInt16BE(target.readUInt16BE(count) | HAS_EXTRAS, count)
  target[at] = 2 + state.length
  target[at + 1] = STATE_KIND
  target[at + 2] = state.length
  target.set(state, at + 3)
}

function readExtras(bytes: Buffer, start: number): { state?: Uint8Array; end: number } {
  if ((bytes.readUInt16BE(FIXED_BYTES) & HAS_EXTRAS) === 0) return { end: start }
  const end = start + 1 + (bytes[start] ?? 0)
  if (start >= bytes.length || end > bytes.length) throw undecodable('extras (out of bounds)')
  for (let at = start + 1; at < end;) {
    const next = at + 2 + (bytes[at + 1] ?? 0)
    if (at + 2 > end || next > end) throw undecodable('extras (out of bounds)')
    // A copy: a view would keep the whole value in memory for as long as its state.
    if (bytes[at] === STATE_KIND) return { state: Uint8Array.from(bytes.subarray(at + 2, next)), end }
    at = next
  }
  return { end }
}
