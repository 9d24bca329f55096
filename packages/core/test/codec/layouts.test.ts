import { describe, expect, test } from 'vitest'
import { CUSTOM_FLAG, LAYOUT_FLAG, MSGPACK_FLAG } from '../../src/codec/codec.ts'
import { encryption } from '../../src/codec/encryption.ts'
import { joinEnvelope, sealTail } from '../../src/codec/envelope.ts'
import { packFlags } from '../../src/codec/flags.ts'
import { integrity } from '../../src/codec/integrity.ts'
import { json } from '../../src/codec/json.ts'
import { type Layout, LAYOUT_ID_BYTES, layoutId, layoutOf } from '../../src/codec/layout.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import type { ValueCodec } from '../../src/codec/value-codec.ts'
import {
  codeOf,
  EPOCH,
  flagOf,
  KEY,
  laidOutCodec,
  META,
  read,
  stored,
  storedAgain,
  valueCodec,
} from './support.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const KEYS = { keys: { a: Buffer.alloc(32, 1), b: Buffer.alloc(32, 2) }, current: 'a' }
const user = (id: number): object => ({ id, name: `user ${id}`, address: { city: 'Oslo', zip: '0150' } })
const page = {
  page: 1,
  rows: Array.from({ length: 9 }, (_, i) => ({
    id: i,
    name: `row ${i}`,
    price: i / 3,
    isActive: i % 2 === 0,
  })),
}

/** The layout that a value was written by. */
function layoutIn(codec: ValueCodec, bytes: Buffer): Layout {
  const { body } = codec.open(KEY, bytes)
  const layout = codec.laidOut.layouts.get(body.toString('latin1', 0, LAYOUT_ID_BYTES))
  if (layout === undefined) throw new Error('there is none')
  return layout
}

/** A value as somebody might make one up. */
function madeUp(body: Buffer): Buffer {
  const flags = packFlags({ codec: LAYOUT_FLAG, compression: 0, protection: 'none' })
  return joinEnvelope(1, EPOCH, sealTail({ keyId: KEY, flags, ...META, body }))
}

describe('a value of objects', () => {
  test('is written by itself until its names were seen twice, then without them', () => {
    const codec = laidOutCodec()
    expect(flagOf(codec, stored(codec, user(1)))).toBe(MSGPACK_FLAG)
    const second = stored(codec, user(2))
    expect(flagOf(codec, second)).toBe(LAYOUT_FLAG)
    expect(second.includes('name')).toBe(false)
    expect(second.includes('city')).toBe(false)
    expect(read(codec, second)).toStrictEqual(user(2))
  })

  test('is written by itself, byte for byte as ever, where nobody keeps layouts', () => {
    const codec = valueCodec()
    for (const value of [user(1), page]) {
      const bytes = storedAgain(codec, value)
      expect(codec.open(KEY, bytes).body.equals(msgpack().encode(value))).toBe(true)
    }
  })

  test('is written by itself as long as its layout is not kept for as long as the value', () => {
    const codec = valueCodec()
    const asked: number[] = []
    codec.laidOut.layouts.follow({ keeps: (_, ms) => asked.push(ms) > 2 })
    const flags = [1, 2, 3, 4, 5].map(id => flagOf(codec, stored(codec, user(id))))
    expect(flags).toEqual([MSGPACK_FLAG, MSGPACK_FLAG, MSGPACK_FLAG, LAYOUT_FLAG, LAYOUT_FLAG])
    expect(new Set(asked)).toEqual(new Set([META.ttlMs + META.graceMs]))
  })

  test('takes half the bytes of JSON', () => {
    const codec = laidOutCodec()
    const bytes = codec.open(KEY, storedAgain(codec, page)).body.length
    expect(bytes / JSON.stringify(page).length).toBeLessThan(0.55)
  })

  test.each<[string, unknown]>([
    ['no objects', [1, 'a', [2]]],
    ['longer than pays', Array.from({ length: 2000 }, (_, i) => user(i))],
    ['more shapes than can be told apart', Array.from({ length: 70 }, (_, i) => ({ [`k${i}`]: i }))],
    ['names longer than are kept', { ['x'.repeat(2000)]: 1 }],
    [
      'longer names together than are kept',
      Array.from({ length: 9 }, (_, i) => ({ [`${i}`.repeat(900)]: 1 })),
    ],
  ])('is written by itself with %s', (_, value) => {
    const codec = laidOutCodec()
    const bytes = storedAgain(codec, value)
    expect(flagOf(codec, bytes)).toBe(MSGPACK_FLAG)
    expect(read(codec, bytes)).toStrictEqual(value)
  })

  test('shares its layout with values of the same names, and not with those of the same names in another order', () => {
    const codec = laidOutCodec()
    const first = layoutIn(codec, storedAgain(codec, { a: 1, b: { c: 2 } }))
    expect(layoutIn(codec, storedAgain(codec, { a: 'x', b: { c: [] } }))).toBe(first)
    expect(layoutIn(codec, storedAgain(codec, { b: { c: 2 }, a: 1 }))).not.toBe(first)
    expect(layoutIn(codec, storedAgain(codec, { a: { c: 2 }, b: 1 })).id).toBe(first.id)
    expect(read(codec, stored(codec, { a: { c: 2 }, b: 1 }))).toStrictEqual({ a: { c: 2 }, b: 1 })
  })

  test('is looked at now and then where layouts never help, and again always once they do', () => {
    const codec = laidOutCodec()
    for (let i = 0; i < 1000; i++) stored(codec, { [`once ${i}`]: i })
    const until = (write: () => Buffer): number => {
      for (let i = 1; i < 100; i++) if (flagOf(codec, write()) === LAYOUT_FLAG) return i
      return Number.POSITIVE_INFINITY
    }
    expect(until(() => stored(codec, user(1)))).toBeGreaterThan(2)
    expect(until(() => stored(codec, user(2)))).toBe(1)
  })
})

describe('in another process', () => {
  const writer = laidOutCodec()
  const bytes = storedAgain(writer, page)
  const layout = layoutIn(writer, bytes)

  test('a value cannot be read before its layout is known, and is equal from then on', () => {
    const reader = valueCodec()
    const envelope = reader.open(KEY, bytes)
    expect(reader.body(KEY, envelope)).toEqual({ layout: layout.id })
    reader.laidOut.open(layout.id, writer.laidOut.seal(layout))
    for (let i = 0; i < 6; i++) expect(read(reader, bytes)).toStrictEqual(page)
  })

  test('a cache whose own codec is another reads it too', () => {
    const reader = valueCodec({ codec: json() })
    reader.laidOut.open(layout.id, writer.laidOut.seal(layout))
    expect(read(reader, bytes)).toStrictEqual(page)
    expect(flagOf(reader, storedAgain(reader, page))).not.toBe(LAYOUT_FLAG)
  })

  test('what was read shares no memory with the bytes, the layout or the next value', () => {
    const value = [user(1), { id: 1, name: Buffer.from('bytes'), address: { city: 'x', zip: 'y' } }]
    const stays = storedAgain(writer, value)
    const first = read(writer, stays) as { name: Buffer }[]
    read(writer, storedAgain(writer, [user(7), { ...user(8), name: Buffer.from('other') }]))
    first[1]?.name.fill(0)
    expect(read(writer, stays)).toStrictEqual(value)
  })

  test('keeps no more of what the socket read than its names', () => {
    const chunk = Buffer.alloc(65_536)
    const names = msgpackNames(['id', 'name'])
    names.copy(chunk, 1000)
    const { bytes } = layoutOf(chunk.subarray(1000, 1000 + names.length))
    expect(bytes).toEqual(names)
    expect(bytes.buffer.byteLength).toBe(names.length)
  })

  test('no more than 512 layouts are remembered', () => {
    const reader = valueCodec()
    const layouts = Array.from({ length: 513 }, (_, i) => layoutOf(msgpackNames([`k${i}`])))
    for (const one of layouts) reader.laidOut.open(one.id, one.bytes)
    expect(layouts.filter(({ id }) => reader.laidOut.layouts.get(id) === undefined)).toEqual([layouts[0]])
  })

  test('more shapes than are kept do not crowd out those in use', () => {
    const codec = laidOutCodec()
    for (let i = 0; i < 256; i++) storedAgain(codec, { [`a${i}`]: i })
    let laidOut = 0
    for (let i = 0; i < 256; i++)
      if (flagOf(codec, storedAgain(codec, { [`b${i}`]: i })) === LAYOUT_FLAG) laidOut++
    expect(laidOut).toBeLessThan(64)
    const again = Array.from({ length: 256 }, (_, i) => flagOf(codec, stored(codec, { [`a${i}`]: i })))
    expect(again.filter(flag => flag === LAYOUT_FLAG).length).toBeGreaterThan(128)
  })
})

describe('a layout that Redis gives', () => {
  const codec = valueCodec()
  const open = (bytes: Buffer, id = layoutId(bytes)): void => codec.laidOut.open(id, bytes)

  test('is refused under another name than its own', () => {
    expect(codeOf(() => open(msgpackNames(['admin']), layoutId(msgpackNames(['guest']))))).toBe('E_CODEC')
  })

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no lists', hex('a161')],
    ['a number among names', hex('92 a161 01')],
    ['a list among names', hex('91 91 a161')],
    ['an extension', hex('91 d4 00 00')],
    ['names cut short', hex('92 a161')],
    ['a name cut short', hex('91 a5 6162')],
    ['a length that lies', hex('dd ffffffff a161')],
    ['a string that lies', hex('91 db ffffffff 61')],
    ['a name that is the prototype', msgpackNames(['a', '__proto__'])],
    ['too many shapes', Buffer.concat(Array.from({ length: 65 }, () => hex('91 a161')))],
    ['a shape that is too long', msgpackNames(['x'.repeat(1025)])],
    [
      'more than it may have',
      Buffer.concat(Array.from({ length: 5 }, () => msgpackNames(['x'.repeat(1000)]))),
    ],
    ['far more than it may have', Buffer.alloc(10_000, 0x90)],
  ])('is refused with %s', (_, bytes) => {
    expect(codeOf(() => open(bytes))).toBe('E_CODEC')
    expect(codec.laidOut.layouts.get(layoutId(bytes))).toBeUndefined()
  })

  test('runs nothing that its names say', () => {
    const names = ['a"]:(globalThis.harm=1),["b', 'constructor', 'toString', "'+r()+'", '${1}', '\u2028']
    const bytes = msgpackNames(names)
    open(bytes)
    const records = Buffer.concat([
      hex('98'),
      ...Array.from({ length: 8 }, () => hex('40 01 02 03 04 05 06')),
    ])
    const value = read(codec, madeUp(Buffer.concat([Buffer.from(layoutId(bytes), 'latin1'), records])))
    const expected = Object.fromEntries(names.map((name, i) => [name, i + 1]))
    expect(value).toStrictEqual(Array.from({ length: 8 }, () => expected))
    expect('harm' in globalThis).toBe(false)
  })
})

describe('a value made up for a layout', () => {
  const codec = valueCodec()
  const bytes = msgpackNames(['a', 'b'])
  codec.laidOut.open(layoutId(bytes), bytes)
  const id = Buffer.from(layoutId(bytes), 'latin1')
  const reading =
    (body: string): (() => unknown) =>
    () =>
      read(codec, madeUp(Buffer.concat([id, hex(body)])))

  test.each([
    ['whole', '40 01 02', { a: 1, b: 2 }],
    ['nested', '40 40 01 02 40 03 04', { a: { a: 1, b: 2 }, b: { a: 3, b: 4 } }],
  ])('is read if it is %s', (_, body, value) => expect(reading(body)()).toStrictEqual(value))

  test.each([
    ['empty', ''],
    ['short of a property', '40 01'],
    ['longer than it says', '40 01 02 03'],
    ['of a record that the layout does not have', '41 01'],
    ['a number as no value writes it', '41'],
    ['with a definition of its own', '40 01 d4 72 41 91 a1 63 01'],
    ['with a definition in the place of the layout’s', '92 40 01 02 d4 72 40 91 a1 63 01'],
    ['an extension of others', '40 01 d4 65 00'],
    ['nested too deep', `${'40 01'.repeat(300)} 02`],
    ['longer than its layout pays for', `c6 00 00 50 00 ${'00'.repeat(0x5000)}`],
  ])('is refused if it is %s', (_, body) => expect(codeOf(reading(body))).toBe('E_CODEC'))

  test('is refused without the id of a layout', () => {
    expect(codeOf(() => read(codec, madeUp(Buffer.from('short'))))).toBe('E_CODEC')
  })
})

describe('protected', () => {
  const encrypted = (current: string): ValueCodec =>
    laidOutCodec({ encryption: encryption({ ...KEYS, current }) })
  const authenticated = (): ValueCodec => laidOutCodec({ integrity: integrity(KEYS) })

  test.each([
    ['encrypted', () => encrypted('a')],
    ['authenticated', authenticated],
  ])('%s: another process with the keys reads value and layout, and nobody without', (_, make) => {
    const [writer, reader] = [make(), make()]
    const layout = firstLayout(writer)
    const sealed = writer.laidOut.seal(layout)
    reader.laidOut.open(layout.id, sealed)
    expect(reader.laidOut.layouts.get(layout.id)?.shapes.map(shape => [...shape])).toEqual([
      ['id', 'name', 'address'],
      ['city', 'zip'],
    ])
    expect(read(reader, stored(writer, user(9)))).toStrictEqual(user(9))
    expect(codeOf(() => valueCodec().laidOut.open(layout.id, sealed))).toBe('E_CODEC')
    expect(codeOf(() => reader.laidOut.open(layout.id, layout.bytes))).toBe('E_CODEC')
    const changed = Buffer.from(sealed)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    expect(codeOf(() => reader.laidOut.open(layout.id, changed))).toBe('E_CODEC')
  })

  test('encrypted: the names are not to be seen, and any listed key reads them', () => {
    const writer = encrypted('a')
    const layout = firstLayout(writer)
    const sealed = writer.laidOut.seal(layout)
    expect(sealed.includes('name')).toBe(false)
    expect(() => encrypted('b').laidOut.open(layout.id, sealed)).not.toThrow()
    const other = valueCodec({ encryption: encryption({ keys: { b: Buffer.alloc(32, 2) }, current: 'b' }) })
    expect(codeOf(() => other.laidOut.open(layout.id, sealed))).toBe('E_CODEC')
  })

  function firstLayout(codec: ValueCodec): Layout {
    let found: Layout | undefined
    codec.laidOut.layouts.follow({ keeps: layout => (found = layout) !== undefined })
    storedAgain(codec, user(1))
    if (found === undefined) throw new Error('nobody asked for one')
    return found
  }
})

test('a codec of somebody’s own is never written past, whatever it is called', () => {
  const own = { ...msgpack(), encode: () => Buffer.from([0xc3]) }
  expect(flagOf(laidOutCodec({ codec: own }), storedAgain(laidOutCodec({ codec: own }), user(1)))).toBe(
    MSGPACK_FLAG,
  )
  const custom = { id: 'own', flag: CUSTOM_FLAG, encode: () => Buffer.from('x'), decode: () => 1 }
  const codec = laidOutCodec({ codec: custom })
  expect(flagOf(codec, storedAgain(codec, user(1)))).toBe(CUSTOM_FLAG)
})

function msgpackNames(names: readonly string[]): Buffer {
  return Buffer.from(msgpack().encode(names))
}
