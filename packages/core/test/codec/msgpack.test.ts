import { execFileSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { msgpack } from '../../src/codec/msgpack.ts'
import { MAX_DEPTH } from '../../src/codec/plain.ts'
import { codeOf, errorOf, nested } from './support.ts'

const codec = msgpack()
const again = (value: unknown): unknown => codec.decode(Buffer.from(codec.encode(value)))

describe('what cannot be stored is refused by name', () => {
  const cyclic: { list: unknown[] } = { list: [] }
  cyclic.list.push(cyclic)
  class Account {
    secret = (): number => 1
  }
  class Lazy {
    toJSON(): unknown {
      return { x: () => 1 }
    }
  }
  test.each<[string, unknown]>([
    ['value is a function', () => 1],
    ['value is a symbol', Symbol('s')],
    ['value.user.save is a function', { user: { name: 'Ann', save() {} } }],
    ['value[2]["a-b"] is a symbol', [1, 2, { 'a-b': Symbol('s') }]],
    ['value.m.get("k") is a function', { m: new Map([['k', () => 1]]) }],
    ['value.keys()[0] is a function', new Map([[() => 1, 1]])],
    ['value.values()[1] is a symbol', new Set([1, Symbol('s')])],
    ['value.job is a Promise', { job: Promise.resolve(1) }],
    ['value.w is a WeakMap', { w: new WeakMap() }],
    ['value.s is a SharedArrayBuffer', { s: new SharedArrayBuffer(1) }],
    ['value.account.secret is a function', { account: new Account() }],
    ['value.cause.fn is a function', new Error('e', { cause: { fn() {} } })],
    ['value.toJSON().x is a function', new Lazy()],
    ['value.list[0] contains itself', cyclic],
  ])('%s', (message, value) => {
    expect(errorOf(() => codec.encode(value))).toMatchObject({
      code: 'E_VALUE',
      message,
      path: message.split(/ (is|contains) /)[0],
    })
  })

  test('a getter that throws, with its error as the cause', () => {
    const cause = new Error('no')
    const value = {
      get a(): number {
        throw cause
      },
    }
    expect(errorOf(() => codec.encode(value))).toMatchObject({ code: 'E_VALUE', cause })
  })

  test('more than 256 levels, of objects, Maps, Sets and errors alike', () => {
    const wraps: ((inner: unknown) => unknown)[] = [
      inner => [inner],
      inner => ({ inner }),
      inner => new Map([[1, inner]]),
      inner => new Set([inner]),
      inner => Object.fromEntries([['__proto__', inner]]),
    ]
    for (const wrap of wraps) {
      for (const leaf of [1, -0, '\ud800']) {
        let value: unknown = leaf
        for (let i = 0; i < MAX_DEPTH; i++) value = wrap(value)
        expect(() => again(value)).not.toThrow()
        expect(errorOf(() => codec.encode(wrap(value))).message).toContain('deeper than 256')
      }
    }
    let error: unknown = 1
    for (let i = 0; i < 300; i++) error = new Error('e', { cause: error })
    expect(codeOf(() => codec.encode(error))).toBe('E_VALUE')
  })

  test('a cycle through toJSON', () => {
    class Node {
      toJSON(): unknown {
        return { next: new Node() }
      }
    }
    expect(codeOf(() => codec.encode({ node: new Node() }))).toBe('E_VALUE')
  })
})

describe('class instances become plain', () => {
  class User {
    id = 1
    #hidden = 2
    get twice(): number {
      return this.#hidden * 2
    }
  }
  class Money {
    toJSON(): unknown {
      return { cents: 5n }
    }
  }
  class Names extends Map<string, number> {}
  class Moment extends Date {}
  class List extends Array<number> {}
  test.each<[string, unknown, unknown]>([
    ['own properties', new User(), { id: 1 }],
    ['what toJSON returns', { m: new Money() }, { m: { cents: 5n } }],
    ['a URL is its text', new URL('https://example.org/a'), 'https://example.org/a'],
    ['a Map class is a Map', new Names([['a', 1]]), new Map([['a', 1]])],
    ['a Date class is a Date', new Moment(5), new Date(5)],
    ['an Array class is an Array', List.from([1, 2]), [1, 2]],
    ['boxed primitives are unboxed', [Object('a'), Object(1), Object(true), Object(1n)], ['a', 1, true, 1n]],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['holes are undefined', Object.assign(Array(3), { 0: 1, 2: 3 }), [1, undefined, 3]],
    [
      'another realm',
      runInNewContext('({ d: new Date(5), m: new Map([[1, [2]]]), e: /x/g })'),
      { d: new Date(5), m: new Map([[1, [2]]]), e: /x/g },
    ],
  ])('%s', (_, value, expected) => {
    expect(again(value)).toStrictEqual(expected)
  })
})

describe('bytes that were not written here', () => {
  const other = new Packr({ structuredClone: true, moreTypes: true })
  const deepArrays = (levels: number): Buffer => Buffer.concat([Buffer.alloc(levels, 0x91), Buffer.from([1])])
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
  const shared = { a: 1 }
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['bytes after the value', hex('01 01')],
    ['a string cut short', hex('a5 61')],
    ['a lying array length', hex('dd ff ff ff ff 01')],
    ['lying lengths within each other', hex('dc ff ff dc ff ff dc ff ff')],
    ['a lying map length', hex('df ff ff ff ff 01')],
    ['a lying string length', hex('db ff ff ff ff 61')],
    ['a lying Buffer length', hex('c6 ff ff ff ff 61')],
    ['300 levels', deepArrays(300)],
    ['a million levels', deepArrays(1_000_000)],
    ['levels of records', Buffer.concat([hex('d4 72 40 91 a1 61'), Buffer.alloc(400, 0x40), hex('01')])],
    [
      'levels of Sets as msgpackr has them',
      Buffer.concat([Buffer.from('d47300'.repeat(400), 'hex'), hex('90')]),
    ],
    ['pointers of structuredClone', other.pack([shared, shared])],
    ['a Set as msgpackr has it', other.pack(new Set([1]))],
    ['an Error as msgpackr has it', hex('d4 65 00 93 ab 63 6f 6e 73 74 72 75 63 74 6f 72 a1 78 c0')],
    ['string bundles', new Packr({ bundleStrings: true }).pack({ a: 'long enough', b: 'to be bundled' })],
    ['an extension that is not ours', hex('d4 01 00')],
    ['two-byte records', hex('d5 72 60 00 90')],
    ['a record without keys', hex('d4 72 40 01')],
    ['a record with a key that is an object', hex('d4 72 40 91 80 01')],
    ['a typed array that is none', hex('c7 02 74 63 00')],
    ['a typed array of the wrong length', hex('c7 04 74 08 00 00 00')],
    ['a map with an object as key', hex('81 80 01')],
    ['an escape by itself', hex('c1')],
    ['an escape in the middle', hex('92 01 c1')],
    ['an escape as a property', hex('81 a1 61 c1')],
    ['an escape without code', hex('91 c1')],
    ['an escape with an unknown code', hex('92 c1 63')],
    ['a Map with a key and no value', hex('93 c1 01 01')],
    ['an object with a number as key', hex('94 c1 03 01 01')],
    ['text of half a character', hex('93 c1 04 c4 01 00')],
    ['a regular expression that is none', hex('94 c1 06 a1 28 a0')],
    ['an error without its parts', hex('92 c1 07')],
  ])('%s: E_CODEC', (_, bytes) => {
    expect(codeOf(() => codec.decode(bytes))).toBe('E_CODEC')
    expect(again({ still: ['working'] })).toStrictEqual({ still: ['working'] })
  })

  test('a class registered with msgpackr elsewhere in the process is neither written nor read', () => {
    // In a process of its own: the table it goes into is global.
    const script = `
      import { addExtension, Packr } from 'msgpackr'
      import assert from 'node:assert/strict'
      import { msgpack } from ${JSON.stringify(new URL('../../src/codec/msgpack.ts', import.meta.url).href)}
      class Evil { constructor(x) { this.x = x } }
      let revived = 0
      addExtension({ Class: Evil, type: 5, pack: evil => Buffer.from([evil.x]), unpack: bytes => { revived++; return new Evil(bytes[0]) } })
      class MySet extends Set {}
      addExtension({ Class: Set, type: 6, write: set => [...set], read: items => { revived++; return new MySet(items) } })
      const codec = msgpack()
      assert.deepEqual(codec.decode(codec.encode([new Evil(3), new Set([1])])), [{ x: 3 }, new Set([1])])
      assert.throws(() => codec.decode(new Packr().pack(new Evil(3))), { code: 'E_CODEC' })
      assert.throws(() => codec.decode(new Packr().pack(new Set([3]))), { code: 'E_CODEC' })
      assert.equal(revived, 0)`
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
    })
  })

  test('nothing reaches Object.prototype', () => {
    const key = Buffer.from('\xa9__proto__', 'latin1')
    const polluted = Buffer.from('\x81\xa8polluted\xc3', 'latin1')
    const asMap = Buffer.concat([Buffer.from([0x81]), key, polluted])
    const asRecord = Buffer.concat([Buffer.from([0xd4, 0x72, 0x40, 0x91]), key, polluted])
    const asEscape = Buffer.concat([Buffer.from([0x94, 0xc1, 3]), key, polluted])
    for (const bytes of [asMap, asRecord, asEscape]) {
      const value = codec.decode(bytes) as object
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      expect((value as { polluted?: unknown }).polluted).toBeUndefined()
    }
  })
})

test('hostile bytes take time in proportion to their size', () => {
  const record = (i: number): string => `d4724091a4${(0x61616161 + i).toString(16)}c0${'40c0'.repeat(5)}`
  const hostile = {
    'records that are compiled': Buffer.from(
      `dd${hex32(30_000 * 6)}${Array.from({ length: 30_000 }, (_, i) => record(i)).join('')}`,
      'hex',
    ),
    'a BigInt': Buffer.concat([Buffer.from(`c9${hex32(1_000_000)}42`, 'hex'), Buffer.alloc(1_000_000, 0x55)]),
    'empty records': Buffer.concat([
      Buffer.from(`dd${hex32(1_000_000)}d4724090`, 'hex'),
      Buffer.alloc(999_999, 0x40),
    ]),
  }
  for (const bytes of Object.values(hostile)) {
    const start = performance.now()
    codec.decode(bytes)
    expect(performance.now() - start).toBeLessThan(2000)
  }
})

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0')
}

test('one object with the key __keys__ does not spoil those written after it', () => {
  const rows = (row: () => unknown): unknown[] => Array.from({ length: 10 }, row)
  for (const row of [{ a: 1, __keys__: 2 }, { a: 1 }, { a: 2, b: 3 }]) {
    expect(again(rows(() => row))).toStrictEqual(rows(() => row))
  }
})

test('values are equal without the native addon of msgpackr', () => {
  const script = `
    import assert from 'node:assert/strict'
    import { isNativeAccelerationEnabled } from 'msgpackr'
    import { msgpack } from ${JSON.stringify(new URL('../../src/codec/msgpack.ts', import.meta.url).href)}
    assert.equal(isNativeAccelerationEnabled, false)
    const value = ['\\ufeff' + 'x'.repeat(100), { ['\\ufeff' + 'k'.repeat(100)]: '\\ud800', é: 'é'.repeat(100) }]
    const codec = msgpack()
    assert.deepEqual(codec.decode(codec.encode(value)), value)`
  execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, MSGPACKR_NATIVE_ACCELERATION_DISABLED: 'true' },
  })
})

test('a large value does not leave its buffer behind', () => {
  const small = (): Buffer => codec.encode({ a: 1 })
  codec.encode('x'.repeat(20_000_000))
  expect(small().buffer.byteLength).toBeLessThan(100_000)
})

test('decoding adds nothing to the bytes it reads', () => {
  const bytes = Buffer.from(codec.encode([1]))
  codec.decode(bytes)
  expect(Object.keys(bytes)).toStrictEqual(Object.keys(Buffer.from(bytes)))
})

test('nested() is as deep as it says', () => {
  expect(() => codec.encode(nested(256))).not.toThrow()
  expect(codeOf(() => codec.encode(nested(257)))).toBe('E_VALUE')
})
