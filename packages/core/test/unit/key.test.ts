import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkTag,
  digest,
  idOf,
  isPlainKey,
  type Key,
  type KeyPart,
  MAX_KEY_LENGTH,
  namespacePrefix,
  ownOf,
  prefixesOf,
  prefixId,
  printKey,
} from '../../src/key.ts'
import { errorOf } from './support.ts'

const MARKS = [
  ':',
  '%',
  '@',
  '#',
  '{',
  '}',
  '*',
  '?',
  '[',
  '\\',
  '\0',
  '\n',
  '\u001b',
  '\u0085',
  '%3A',
  '%40',
  '%23',
  '@a:',
  'a',
  'b',
  'ä',
  '😀',
  '__proto__',
]
const hostile = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...MARKS) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    ),
    { maxLength: 6 },
  )
  .map(list => list.join(''))
const long = fc
  .tuple(hostile, fc.integer({ min: 500, max: 1100 }), hostile)
  .map(([a, n, b]) => a + 'x'.repeat(n) + b)
const text = fc.oneof({ weight: 8, arbitrary: hostile }, { weight: 1, arbitrary: long })
const part: fc.Arbitrary<KeyPart> = fc.oneof(
  { weight: 6, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.bigInt(),
      fc.constant(null),
      fc.date({ noInvalidDate: true }),
    ),
  },
  { weight: 1, arbitrary: fc.dictionary(hostile, fc.oneof(hostile, fc.integer()), { maxKeys: 3 }) },
)
const parts = fc.array(part, { minLength: 1, maxLength: 5 })
const key: fc.Arbitrary<Key> = fc.oneof(
  text.filter(one => one.length > 0),
  parts,
)
const namespace = fc.array(
  hostile.filter(name => name.length > 0 && name.length < 40),
  { maxLength: 3 },
)
const prefixOf = (names: readonly string[]): string => names.reduce(namespacePrefix, '')

describe('printing', () => {
  test.each<[Key, string]>([
    ['user:1', 'user:1'],
    [['user', 1], 'user:1'],
    [['user:1'], 'user%3A1'],
    [['a', '', 'b'], 'a:%:b'],
    [['a', '%'], 'a:%25'],
    [['a', null, true, 7n, -0, 1.5], 'a:null:true:7:0:1.5'],
    [['d', new Date(0)], 'd:1970-01-01T00%3A00%3A00.000Z'],
    [['g', '{x}*\n\u0085'], 'g:%7Bx%7D%2A%0A%85'],
  ])('%o prints as %s', (given, printed) => {
    expect(printKey(given)).toBe(printed)
  })

  test('two lists of parts print the same only if their parts do one by one', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const one = (list: readonly KeyPart[]): string[] => list.map(item => printKey([item]))
        expect(printKey(a) === printKey(b)).toBe(JSON.stringify(one(a)) === JSON.stringify(one(b)))
      }),
    )
  })

  test('a text part prints as nothing else does', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a !== b)
        expect(printKey([a])).not.toBe(printKey([b]))
      }),
    )
  })

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['no parts', []],
    ['undefined', undefined],
    ['a number', 5],
    ['null', null],
    ['an object', { id: 1 }],
    ['NaN', ['a', Number.NaN]],
    ['an undefined part', ['a', undefined]],
    ['a symbol', ['a', Symbol('s')]],
    ['a function', ['a', () => 1]],
    ['an invalid date', ['a', new Date(Number.NaN)]],
    ['a function in an object', ['a', { f: () => 1 }]],
    ['an invalid date in an object', ['a', { d: new Date(Number.NaN) }]],
    ['a lone surrogate', 'user:\ud800'],
    ['a lone surrogate in a part', ['user', 'x\udfff']],
    ['a lone surrogate in an object', ['user', { name: '\ud800' }]],
  ])('%s cannot be a key', (_, given) => {
    expect(errorOf(() => idOf('', given as Key))).toMatchObject({ code: 'E_KEY', path: 'key' })
  })

  test('a cyclic object cannot be a key, one that is used twice can', () => {
    const loop: Record<string, unknown> = { a: 1 }
    loop.self = [loop]
    expect(errorOf(() => printKey([loop])).code).toBe('E_KEY')
    const shared = { a: 1 }
    expect(printKey([{ x: shared, y: shared }])).toBe(printKey([{ x: { a: 1 }, y: { a: 1 } }]))
  })

  test('an object nested too deep to walk is refused as any other bad key', () => {
    let deep: Record<string, unknown> = {}
    for (let i = 0; i < 50_000; i++) deep = { deep }
    expect(errorOf(() => printKey([deep])).code).toBe('E_KEY')
  })
})

describe('objects in keys', () => {
  test('the order of properties makes no difference, at any depth', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, field]) => [name, reversed(field)]),
      )
    }
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(digest(reversed(value))).toBe(digest(value))
      }),
    )
  })

  test('different data has different digests, whatever its types', () => {
    const different: unknown[] = [
      1,
      '1',
      1n,
      true,
      'true',
      null,
      'null',
      {},
      [],
      [1],
      ['1'],
      { a: 1 },
      { a: '1' },
      { a: [1] },
      [{ a: 1 }],
      { a: { b: 1 } },
      { a: 1, b: 1 },
      { 'a":1,"b': 1 },
      new Date(0),
      new Date(0).toISOString(),
      new Map([['a', 1]]),
      new Set(['a']),
      ['a', 1],
      [['a', 1]],
      new Uint8Array([1]),
      [undefined],
      [null],
      '{}',
      '[]',
    ]
    expect(new Set(different.map(digest)).size).toBe(different.length)
  })

  test('a property that is undefined is as good as none; -0 is 0', () => {
    expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }))
    expect(digest([-0])).toBe(digest([0]))
  })

  test.each<[string, object, object]>([
    ['URLs', new URL('https://a.example/'), new URL('https://b.example/')],
    ['regular expressions', /a/, /b/],
    ['array buffers', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    ['errors', new Error('a'), new Error('b')],
    ['search parameters', new URLSearchParams('a=1'), new URLSearchParams('a=2')],
  ])('two different %s are never one key: they differ or are refused', (_, a, b) => {
    const print = (value: object): string => {
      try {
        return printKey(['x', value as KeyPart])
      } catch {
        return `refused ${Math.random()}`
      }
    }
    expect(print(a)).not.toBe(print(b))
  })
})

describe('ids', () => {
  test('two keys of two namespaces share an id only if both path and print are the same', () => {
    const seen = new Map<string, string>()
    fc.assert(
      fc.property(namespace, key, (names, given) => {
        const id = idOf(prefixOf(names), given)
        const meaning = JSON.stringify([names, printKey(given)])
        expect(seen.get(id) ?? meaning).toBe(meaning)
        seen.set(id, meaning)
      }),
      { numRuns: 2000 },
    )
  })

  test('two keys that print differently have different ids, crafted ones too', () => {
    fc.assert(
      fc.property(namespace, key, namespace, key, (aNames, a, bNames, b) => {
        const same = JSON.stringify(aNames) === JSON.stringify(bNames) && printKey(a) === printKey(b)
        expect(idOf(prefixOf(aNames), a) === idOf(prefixOf(bNames), b)).toBe(same)
        // The id of one, given as a key, is another key.
        const id = idOf(prefixOf(aNames), a)
        if (aNames.length > 0 || id.startsWith('#')) expect(idOf('', id)).not.toBe(id)
      }),
    )
  })

  test('a plain key of the root is its own id, and only it', () => {
    fc.assert(
      fc.property(text, given => {
        expect(isPlainKey(given)).toBe(given !== '' && idOf('', given) === given)
      }),
    )
    expect(isPlainKey('x'.repeat(MAX_KEY_LENGTH))).toBe(true)
    expect(isPlainKey('x'.repeat(MAX_KEY_LENGTH + 1))).toBe(false)
  })

  test('an id is bounded however long the key', () => {
    fc.assert(
      fc.property(key, given => {
        expect(idOf('', given).length).toBeLessThanOrEqual(MAX_KEY_LENGTH)
      }),
    )
    const ids = ['a', 'b'].map(end => idOf('', ['user', 1, 'x'.repeat(5000) + end]))
    expect(ids[0]).toMatch(/^#user:1:[\w-]{43}$/)
    expect(ids[0]).not.toBe(ids[1])
    expect(idOf('', 'x'.repeat(5000))).toMatch(/^#[\w-]{43}$/)
  })

  test('nothing in a part reaches an id that Redis or a terminal would act on', () => {
    fc.assert(
      fc.property(namespace, parts, (names, given) => {
        expect(idOf(prefixOf(names), given)).not.toMatch(/[{}*\p{Cc}]/u)
      }),
    )
  })
})

describe('namespaces', () => {
  test.each([[''], ['x'.repeat(129)], [5], [undefined], ['\ud800']])('%j cannot be one', name => {
    expect(errorOf(() => namespacePrefix('', name as string))).toMatchObject({ code: 'E_KEY' })
  })

  test('they nest seven deep', () => {
    const seven = prefixOf(Array.from('abcdefg'))
    expect(seven).toBe('@a:@b:@c:@d:@e:@f:@g:')
    expect(errorOf(() => namespacePrefix(seven, 'h')).code).toBe('E_KEY')
    expect(prefixesOf(idOf(seven, ['a', 'b']))).toContain(seven.slice(0, -1))
  })

  test('their names are escaped', () => {
    expect(prefixOf(['a:b', '*'])).toBe('@a%3Ab:@%2A:')
  })
})

describe('prefixes', () => {
  const segment = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'ab', '@', '#', '%', '', ':', '1') },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 1200 }).map(n => 'x'.repeat(n)) },
  )
  const path = fc.array(segment, { minLength: 1, maxLength: 10 })

  test('a prefix concerns exactly the keys that begin with its segments, hashed and namespaced ones too', () => {
    fc.assert(
      fc.property(namespace, path, path, fc.nat(), fc.boolean(), (names, keyPath, other, cut, related) => {
        const asked = related ? keyPath.slice(0, 1 + (cut % keyPath.length)) : other
        const ns = prefixOf(names)
        let prefix: string
        try {
          prefix = prefixId(ns, asked)
        } catch (error) {
          const printed = ns + printKey(asked)
          expect((error as { code: string }).code).toBe('E_KEY')
          expect(printed.length > 500 || printed.split(':').length > 8).toBe(true)
          return
        }
        const begins = asked.length <= keyPath.length && asked.every((one, i) => one === keyPath[i])
        expect(prefixesOf(idOf(ns, keyPath)).includes(prefix)).toBe(begins)
      }),
      { numRuns: 1000 },
    )
  })

  test('a prefix of another namespace concerns nothing here', () => {
    fc.assert(
      fc.property(namespace, path, namespace, path, (aNames, a, bNames, b) => {
        fc.pre(JSON.stringify(aNames) !== JSON.stringify(bNames))
        let prefix: string
        try {
          prefix = prefixId(prefixOf(bNames), b)
        } catch {
          return
        }
        expect(prefixesOf(idOf(prefixOf(aNames), a))).not.toContain(prefix)
      }),
    )
  })

  test('every key lies under each of its namespaces', () => {
    fc.assert(
      fc.property(namespace, key, (names, given) => {
        const under = prefixesOf(idOf(prefixOf(names), given))
        for (let depth = 1; depth <= names.length; depth++) {
          expect(under).toContain(prefixOf(names.slice(0, depth)).slice(0, -1))
        }
      }),
    )
  })

  test('it may end in a colon, and be neither too long nor too deep', () => {
    expect(prefixId('', 'user:1:')).toBe('user:1')
    expect(prefixId('', Array.from('abcdefgh'))).toBe('a:b:c:d:e:f:g:h')
    for (const bad of [Array.from('abcdefghi'), 'x'.repeat(513), 'x'.repeat(1025), '', []]) {
      expect(errorOf(() => prefixId('', bad)).code).toBe('E_KEY')
    }
    expect(errorOf(() => prefixId('@shop:', Array.from('abcdefgh'))).code).toBe('E_KEY')
  })

  test('user:1 is no prefix of user:10', () => {
    expect(prefixesOf('user:10:posts')).toStrictEqual(['user', 'user:10', 'user:10:posts'])
  })
})

test('the own part of an id is the key as printed, without its namespaces and the mark of a hash', () => {
  fc.assert(
    fc.property(
      namespace,
      fc.array(fc.constantFrom('user', '1', 'b@c', '#'), { minLength: 1, maxLength: 4 }),
      (names, rest) => {
        expect(ownOf(idOf(prefixOf(names), ['user', ...rest]))).toBe(['user', ...rest].join(':'))
        expect(ownOf(idOf(prefixOf(names), ['user', ...rest, 'x'.repeat(2000)]))).toMatch(
          new RegExp(`^${['user', ...rest].join(':')}:[\\w-]{43}$`),
        )
      },
    ),
  )
})

test.each([[''], ['x'.repeat(513)], [5], [null], ['\ud800']])('%j cannot be a tag', tag => {
  expect(errorOf(() => checkTag(tag))).toMatchObject({ code: 'E_KEY', value: tag })
})

test('a tag is kept as it is, whatever characters it has', () => {
  const tag = 'org:{7}*\n😀'
  expect(checkTag(tag)).toBe(tag)
})
