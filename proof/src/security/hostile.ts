import type { Dice } from './dice.ts'

/** Names that mean something to a JavaScript program, or to one that writes programs. */
export const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  '__keys__',
  '__proto_',
  '__defineGetter__',
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'length',
  'hasOwnProperty',
  'polluted',
  '',
  '0',
  'a"]:globalThis.polluted=1,["',
  "a']()}};globalThis.polluted=1//",
  '\u2028\u2029',
  '\u0000',
  '*',
  '{x}',
]

const DEEPEST = 5000

/** MessagePack as somebody would write it who knows how it is read: names, nesting, extensions, records, lengths that lie. */
export function hostileMsgpack(dice: Dice): Buffer {
  const parts: Buffer[] = []
  for (let i = dice.below(30) + 1; i > 0; i--) parts.push(token(dice))
  return Buffer.concat(parts)
}

function token(dice: Dice): Buffer {
  switch (dice.below(12)) {
    case 0:
      return Buffer.from([0x80 + dice.below(16)])
    case 1:
      return Buffer.from([0x90 + dice.below(16)])
    case 2:
    case 3:
      return name(dice)
    case 4:
      return Buffer.concat([
        Buffer.from([0x82]),
        name(dice),
        Buffer.from([0x81]),
        name(dice),
        Buffer.from([0xc3]),
      ])
    case 5:
      return escape(dice)
    case 6:
      return extension(dice)
    case 7:
      return record(dice)
    case 8:
      return lie(dice)
    case 9:
      return Buffer.alloc(dice.below(4) === 0 ? dice.below(DEEPEST) : dice.below(20), dice.pick([0x91, 0x81]))
    case 10:
      return Buffer.from([0x40 + dice.below(0x40)])
    default:
      return dice.bytes(1 + dice.below(6))
  }
}

function name(dice: Dice): Buffer {
  const text = Buffer.from(dice.pick(NAMES))
  return Buffer.concat([Buffer.from([0xd9, text.length]), text])
}

/** What the codec writes for a Map, a Set, an object, text, -0, a RegExp, an error: with parts that may not fit. */
function escape(dice: Dice): Buffer {
  const items = dice.below(6)
  const parts = Array.from({ length: items }, () =>
    dice.below(2) === 0 ? name(dice) : Buffer.from([dice.below(256)]),
  )
  return Buffer.concat([Buffer.from([0x92 + items, 0xc1, dice.below(11)]), ...parts])
}

/** Of any type, among them those that msgpackr would make classes, pointers and code of. */
function extension(dice: Dice): Buffer {
  const size = dice.below(20)
  const type = dice.pick([
    0,
    0x42,
    0x52,
    0x53,
    0x62,
    0x65,
    0x69,
    0x70,
    0x72,
    0x73,
    0x74,
    0x78,
    0xff,
    dice.below(256),
  ])
  return Buffer.concat([Buffer.from([0xc7, size, type]), dice.bytes(size)])
}

function record(dice: Dice): Buffer {
  const keys = Array.from({ length: dice.below(4) }, () => name(dice))
  return Buffer.concat([Buffer.from([0xd4, 0x72, 0x40 + dice.below(66), 0x90 + keys.length]), ...keys])
}

/** The beginning of something longer than there are bytes. */
export function lie(dice: Dice): Buffer {
  const bytes = Buffer.from([
    dice.pick([0xdd, 0xdf, 0xdb, 0xc6, 0xc9, 0xdc, 0xde, 0xda, 0xc5, 0xc8]),
    0,
    0,
    0,
    0,
  ])
  bytes.writeUInt32BE(
    dice.pick([0xffffffff, 0x7fffffff, 0x80000000, 0xffff0000, 0x01000000, dice.below(2 ** 32)]),
    1,
  )
  return bytes
}

/** JSON, whole or torn, with the same names. */
export function hostileJson(dice: Dice): Buffer {
  const depth = dice.below(4) === 0 ? dice.below(DEEPEST) : dice.below(5)
  const named = JSON.stringify(dice.pick(NAMES))
  const inner = dice.pick([
    `{${named}:{"polluted":true}}`,
    `{"constructor":{"prototype":{${named}:1}}}`,
    '1e999',
    `"${'\\u0000'.repeat(dice.below(50))}"`,
    '-',
    '{"a":',
    `[${'0,'.repeat(dice.below(200))}0]`,
  ])
  return Buffer.from(
    '['.repeat(depth) + inner + ']'.repeat(dice.below(8) === 0 ? dice.below(depth + 1) : depth),
  )
}
