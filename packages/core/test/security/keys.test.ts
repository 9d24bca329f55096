import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idOf, type KeyPart, namespacePrefix, printKey } from '../../src/key.ts'
import { names } from '../../src/redis/names.ts'
import { heard, world } from '../testing/support.ts'

const MARKS = [
  '{',
  '}',
  '{}',
  '{x}',
  '*',
  '?',
  '[a]',
  '\\',
  ':',
  '%',
  '@',
  '#',
  '%3A',
  '%7B',
  '\n',
  'a',
  'ä',
  '😀',
]
const hostile = fc
  .array(fc.constantFrom(...MARKS, '__proto__', 'constructor'), { minLength: 1, maxLength: 5 })
  .map(list => list.join(''))
const parts: fc.Arbitrary<readonly KeyPart[]> = fc.array(hostile, { minLength: 1, maxLength: 4 })
const namespaces = fc.array(hostile, { maxLength: 3 })
const id = (path: readonly string[], key: readonly KeyPart[]): string =>
  idOf(path.reduce(namespacePrefix, ''), key)

/** The part of a key that says its slot: between the first `{` and the next `}`, if there is anything. */
function hashTag(key: string): string | undefined {
  const open = key.indexOf('{')
  const close = key.indexOf('}', open + 1)
  return open < 0 || close <= open + 1 ? undefined : key.slice(open + 1, close)
}

describe('whatever users put into keys and namespaces', () => {
  test('two keys of two namespaces are one id only if they are the same', () => {
    fc.assert(
      fc.property(namespaces, parts, namespaces, parts, (a, keyA, b, keyB) => {
        const same = JSON.stringify([a, keyA]) === JSON.stringify([b, keyB])
        expect(id(a, keyA) === id(b, keyB)).toBe(same)
      }),
      { numRuns: 5000 },
    )
  })

  test('all keys of a partition are in one slot of a Cluster: only the cache says which', () => {
    fc.assert(
      fc.property(hostile, namespaces, parts, hostile, fc.nat(15), (option, path, key, text, partition) => {
        const namespace = printKey([option])
        const { value, lease, ...others } = names(namespace, partition)
        const ids = [id(path, key), idOf('', text)]
        const all = [...Object.values(others), ...ids.flatMap(one => [value + one, lease + one])]
        expect(new Set(all.map(hashTag))).toEqual(new Set([`${namespace}:${partition}`]))
      }),
      { numRuns: 2000 },
    )
  })

  test('caches whose namespaces differ share no key, and their patterns match no key of another', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.nat(15), fc.nat(15), (a, b, p, q) => {
        fc.pre(a !== b)
        const [one, other] = [names(printKey([a]), p), names(printKey([b]), q)]
        expect(Object.values(one).filter(name => Object.values(other).includes(name))).toEqual([])
        expect(one.value.startsWith(other.value)).toBe(false)
      }),
    )
  })

  test.each(['\ud800', 'x\udfff', '\udc00\ud800'])(
    'a lone surrogate (%j) is no key, tag or namespace anywhere',
    async text => {
      const { open } = world()
      const cache = await open()
      const calls = [
        () => cache.get(text),
        () => cache.get(['a', text]),
        () => cache.get(['a', { deep: [{ name: text }] }]),
        () => cache.getOrSet(text, () => 1),
        () => cache.getMany([text]),
        () => cache.set('k', 1, { tags: [text] }),
        () => cache.deleteByTag(text),
        () => cache.deleteByPrefix([text]),
        () => cache.deleteMatching(text),
        async () => cache.namespace(text),
        async () => cache.getSync(['a', text]),
      ]
      for (const call of calls) {
        await expect((async () => await call())()).rejects.toMatchObject({ code: 'E_KEY' })
      }
    },
  )

  test('no key, tag, prefix or namespace reaches a pattern: only deleteMatching scans', async () => {
    const { open, redis } = world()
    const cache = await open()
    for (const text of MARKS) {
      const inner = cache.namespace(text)
      await inner.set([text, '*'], 1, { tags: ['*', text] })
      await inner.deleteByPrefix([text])
      await inner.deleteByTag('*')
      await inner.expireByPrefix(['*'])
      await inner.delete([text])
      await inner.clear()
    }
    expect(redis.commands('scan')).toBe(0)
  })

  test('a namespace, a tag or a prefix named as a pattern concerns itself alone', async () => {
    const { open } = world()
    const cache = await open()
    await cache.set('kept', 1, { tags: ['a'] })
    await cache.namespace('n').set('kept', 2, { tags: ['b'] })
    for (const name of ['*', '?', '[a-z]', '%', '{n}', 'n*', '']) {
      if (name !== '') await cache.namespace(name).clear()
      await cache.deleteByTag(name === '' ? '**' : name)
      await cache.deleteByPrefix([name])
    }
    expect(await cache.get('kept')).toBe(1)
    expect(await cache.namespace('n').get('kept')).toBe(2)
  })

  test('events and logs show keys without what a terminal would act on', async () => {
    const { open } = world()
    const lines: string[] = []
    const cache = await open({ log: line => lines.push(line) })
    const invalidations = heard(cache, 'invalidate')
    const hostileText = '\u001b[2Jgone\r\nCACHE_HIT key=forged'
    await cache.delete([hostileText])
    await cache.delete(hostileText)
    await cache.deleteByTag(hostileText)
    expect(invalidations).toHaveLength(3)
    expect(lines.join('').match(/[\p{Cc}]/gu)).toBeNull()
    expect(lines).toHaveLength(3)
  })
})
