import { brotliCompressSync, crc32, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Dice } from './dice.ts'
import { hostileJson, hostileMsgpack, lie } from './hostile.ts'

/*
 * Stored values as core/src/codec/envelope.ts lays them out: magic, version, mark, S0 (8 B) and epoch (8 B); CRC-32 of what
 * follows it; flags, hash of the key (8 B), three times (6 B each), number of tags (2 B), tags, body.
 */
export const CRC_AT: number = 19
export const HEAD_END = 50
export const FLAGS_AT = 23
const TAGS_AT = 50

/** The checksum that an attacker would write as well. */
export function withChecksum(bytes: Buffer): Buffer {
  if (bytes.length >= FLAGS_AT) bytes.writeUInt32BE(crc32(bytes.subarray(FLAGS_AT)), CRC_AT)
  return bytes
}

/** A stored value, changed: by accident, or by somebody who knows the format. Never the same bytes object. */
export function mutate(bytes: Buffer, other: Buffer, dice: Dice): Buffer {
  const mutant =
    MUTATIONS[dice.below(MUTATIONS.length)]?.(Buffer.from(bytes), other, dice) ?? Buffer.from(bytes)
  // Often twice, and mostly with a checksum that is right: otherwise nothing gets further than that.
  const twice = dice.below(4) === 0 ? mutate(mutant, other, dice) : mutant
  return dice.below(3) === 0 ? twice : withChecksum(twice)
}

type Mutation = (bytes: Buffer, other: Buffer, dice: Dice) => Buffer

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  changeBytes,
  changeField,
  (bytes, _, dice) => bytes.subarray(0, dice.below(bytes.length + 1)),
  (bytes, _, dice) => Buffer.concat([bytes, dice.bytes(1 + dice.below(40))]),
  (bytes, other, dice) => {
    const at = dice.below(Math.min(bytes.length, other.length) + 1)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(at)])
  },
  (bytes, _, dice) => {
    const at = dice.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(8))])
  },
  (bytes, _, dice) => {
    const at = dice.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(dice.below(at + 1))])
  },
  (bytes, _, dice) => {
    const at = bodyAt(bytes) + dice.below(Math.max(1, bytes.length - bodyAt(bytes)))
    return Buffer.concat([bytes.subarray(0, at), lie(dice), bytes.subarray(at + 1 + dice.below(6))])
  },
  (bytes, _, dice) => replaceBody(bytes, 1, hostileMsgpack(dice), dice),
  (bytes, _, dice) => replaceBody(bytes, 1, hostileMsgpack(dice), dice),
  (bytes, _, dice) => replaceBody(bytes, 2, hostileJson(dice), dice),
]

function flipBits(bytes: Buffer, _: Buffer, dice: Dice): Buffer {
  for (let i = dice.below(4); i >= 0 && bytes.length > 0; i--) {
    const at = dice.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8))
  }
  return bytes
}

function changeBytes(bytes: Buffer, _: Buffer, dice: Dice): Buffer {
  for (let i = dice.below(8); i >= 0 && bytes.length > 0; i--)
    bytes[dice.below(bytes.length)] = dice.below(256)
  return bytes
}

/** One field in front takes a value at its edge. */
function changeField(bytes: Buffer, _: Buffer, dice: Dice): Buffer {
  const [at, size] = dice.pick<readonly [number, number]>([
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 8],
    [11, 8],
    [CRC_AT, 4],
    [FLAGS_AT, 1],
    [24, 8],
    [32, 6],
    [38, 6],
    [44, 6],
    [TAGS_AT, 2],
    [TAGS_AT + 2, 2],
  ])
  const edge = dice.pick([
    Buffer.alloc(size, 0),
    Buffer.alloc(size, 0xff),
    Buffer.alloc(size, 0x80),
    Buffer.from([0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x7f, 0xf8, 0, 0, 0, 0, 0, 1]),
    dice.bytes(size),
  ])
  edge.copy(bytes, at, 0, size)
  return bytes
}

/** Where the body begins, as far as the bytes say. */
export function bodyAt(bytes: Buffer): number {
  let at = TAGS_AT + 2
  if (bytes.length < at) return bytes.length
  for (let left = bytes.readUInt16BE(TAGS_AT); left > 0 && at + 2 <= bytes.length; left--) {
    at += 2 + bytes.readUInt16BE(at)
  }
  return Math.min(at, bytes.length)
}

const COMPRESSIONS = [
  (body: Buffer) => body,
  (body: Buffer) => zstdCompressSync(body),
  (body: Buffer) => brotliCompressSync(body, { params: { 1: 1 } }),
  (body: Buffer) => gzipSync(body, { level: 1 }),
] as const

/** Another body, in place of the one that was authentic, for a codec (1 MessagePack, 2 JSON), often compressed. */
function replaceBody(bytes: Buffer, codec: 1 | 2, body: Buffer, dice: Dice): Buffer {
  const compression = dice.below(10) === 0 ? 1 + dice.below(3) : 0
  const compressed = COMPRESSIONS[compression]?.(body) ?? body
  const changed = Buffer.concat([bytes.subarray(0, bodyAt(bytes)), compressed])
  if (changed.length > FLAGS_AT) changed[FLAGS_AT] = codec | (compression << 4)
  return changed
}
