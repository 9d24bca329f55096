import { Unpackr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { msgpack } from '../../src/codec/msgpack.ts'
import { codeOf } from './support.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const encoded = (value: unknown): Buffer => Buffer.from(msgpack().encode(value))
const rowsOf = (count: number, row: (i: number) => object): object[] =>
  Array.from({ length: count }, (_, i) => row(i))

// Each with records, which are compiled from the fourth of one definition on.
const values: Record<string, unknown> = {
  'rows in an object': { rows: rowsOf(9, i => ({ id: i, name: `row ${i}` })), n: 9 },
  'rows by themselves': rowsOf(3, i => ({ id: i, at: new Date(i), big: 2n ** 70n, bytes: Buffer.from([i]) })),
  'rows in rows': rowsOf(4, i => ({ id: i, of: rowsOf(3, j => ({ id: j, of: [], [`k${j}`]: -0 })) })),
  'rows that differ': rowsOf(40, i => ({ id: i, [`k${i % 5}`]: i, ...(i % 3 === 0 && { x: '\ud800' }) })),
  'more definitions than ids': rowsOf(100, i => ({ [`k${i}`]: i, [`l${i}`]: `${i}` })),
  'no properties': rowsOf(9, () => ({})),
  'keys of all kinds': rowsOf(9, i => ({ '': i, 0: 1, 'a-b': 2, größe: 3, '\u2028"': 4, constructor: 5 })),
  'a long definition': rowsOf(5, i =>
    Object.fromEntries(rowsOf(200, j => ({ j })).map((_, j) => [`key ${j}`, i])),
  ),
  'a long value': rowsOf(500, i => ({ id: i, name: 'x'.repeat(50) })),
}

test.each(Object.entries(values))('%s: equal when read first, again, and among others', (_, value) => {
  const codec = msgpack()
  const bytes = encoded(value)
  for (let i = 0; i < 6; i++) {
    expect(codec.decode(Buffer.from(bytes))).toEqual(value)
    for (const other of Object.values(values)) expect(codec.decode(encoded(other))).toEqual(other)
  }
})

test('more shapes than are kept, in turn', () => {
  const codec = msgpack()
  const many = Array.from({ length: 400 }, (_, s) => rowsOf(4, i => ({ [`a${s}`]: i, [`b${s % 7}`]: s })))
  for (let round = 0; round < 3; round++) {
    for (const value of many) expect(codec.decode(encoded(value))).toStrictEqual(value)
  }
})

test('what was read does not change with the next read, nor the bytes', () => {
  const codec = msgpack()
  const rows = (fill: number): object[] =>
    rowsOf(4, () => ({ bytes: Buffer.alloc(20, fill), text: `${fill}`.repeat(30) }))
  const bytes = encoded(rows(1))
  const before = Buffer.from(bytes)
  const first = codec.decode(bytes)
  codec.decode(encoded(rows(2)))
  expect(first).toStrictEqual(rows(1))
  expect(bytes.equals(before)).toBe(true)
})

describe('definitions that no encoder writes', () => {
  const codec = msgpack()
  test.each<[string, string, unknown]>([
    [
      'the id before its definition is a number',
      '93 40 d4 72 40 91 a1 61 01 40 02',
      [64, { a: 1 }, { a: 2 }],
    ],
    ['an id that another value defined', '92 d4 72 40 91 a1 61 01 41', [{ a: 1 }, 65]],
    [
      'an id defined anew',
      '94 d4 72 40 91 a1 61 01 40 02 d4 72 40 91 a1 62 03 40 04',
      [{ a: 1 }, { a: 2 }, { b: 3 }, { b: 4 }],
    ],
    [
      'an id defined anew within its own record',
      '92 d4 72 40 92 a1 61 a1 62 d4 72 40 91 a1 63 01 02 40 03',
      [{ a: { c: 1 }, b: 2 }, { c: 3 }],
    ],
    ['a key twice', '92 d4 72 40 92 a1 61 a1 61 01 02 40 03 04', [{ a: 2 }, { a: 4 }]],
    ['a number of keys in more bytes', '92 d4 72 40 dc 00 01 d9 01 61 01 40 02', [{ a: 1 }, { a: 2 }]],
    ['the last id', '92 d4 72 7f 91 a1 61 01 7f 02', [{ a: 1 }, { a: 2 }]],
    ['an id that is used no more', '92 d4 72 41 90 d4 72 40 91 a1 61 01', [{}, { a: 1 }]],
  ])('%s', (_, text, expected) => {
    const defined = '92 d4 72 40 91 a1 62 01 d4 72 41 91 a1 63 02'
    for (let i = 0; i < 6; i++) {
      expect(codec.decode(hex(defined))).toStrictEqual([{ b: 1 }, { c: 2 }])
      expect(codec.decode(hex(text))).toStrictEqual(expected)
    }
  })

  test.each([
    ['a key cut short', '92 d4 72 40 91 a5 61'],
    ['values cut short', '92 d4 72 40 91 a1 61 01 40'],
    ['a part that does not read', '92 d4 72 40 91 a1 61 01 40 c7 04 74 08 00 00 00'],
  ])('%s: refused, and good ones are read as before', (_, text) => {
    const good = hex('92 d4 72 40 91 a1 61 01 40 02')
    for (let i = 0; i < 6; i++) {
      expect(codeOf(() => codec.decode(hex(text)))).toBe('E_CODEC')
      expect(codec.decode(good)).toStrictEqual([{ a: 1 }, { a: 2 }])
    }
  })

  test('20 000 values with definitions in any place read as msgpackr reads them', () => {
    const reader = new Unpackr({ copyBuffers: true, mapsAsObjects: true })
    let state = 1
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    for (let i = 0; i < 20_000; i++) {
      const bytes = anyRecords(random)
      expect(JSON.stringify(codec.decode(bytes))).toBe(JSON.stringify(reader.unpack(Buffer.from(bytes))))
    }
  })
})

/** An array of records, their definitions and numbers that may look like them. */
function anyRecords(random: (below: number) => number): Buffer {
  const bytes: number[] = []
  const fields = new Map<number, number>()
  const items = (count: number, depth: number): void => {
    for (let i = 0; i < count; i++) item(depth)
  }
  const item = (depth: number): void => {
    const id = 0x40 + random(4)
    const kind = depth > 4 ? 0 : random(5)
    if (kind === 0) bytes.push(random(0x40))
    else if (kind === 1) {
      const count = random(4)
      bytes.push(0x90 + count)
      items(count, depth + 1)
    } else if (kind === 2 && fields.size < 1 + random(8)) {
      const count = random(4)
      bytes.push(0xd4, 0x72, id, 0x90 + count)
      for (let i = 0; i < count; i++) bytes.push(0xa1, 0x61 + random(5))
      fields.set(id, count)
      items(count, depth + 1)
    } else {
      bytes.push(id)
      items(fields.get(id) ?? 0, depth + 1)
    }
  }
  bytes.push(0x9a)
  items(10, 0)
  return Buffer.from(bytes)
}
