import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { idOf, type Key } from '../../src/key.ts'
import { KnownIds } from '../../src/known-ids.ts'
import { randomOf } from '../memory/support.ts'

describe('ids that are kept', () => {
  const keys: Key[] = [
    'a',
    '@a',
    ['user', 42],
    ['user', '42'],
    ['user', 'a:b'],
    ['user', -0],
    ['@user', ''],
    ['user', 42, 'posts'],
    ['user', null],
    [1, 2],
    ['one'],
  ]

  test.each(['', '@shop:'])('are those that the key prints as, under %j', prefix => {
    const known = new KnownIds(100)
    for (const key of keys) known.keep(key, idOf(prefix, key))
    for (const key of keys) {
      const id = known.of(key)?.id
      if (id !== undefined) expect(id).toBe(idOf(prefix, key))
    }
    expect(known.of(['user', 42])?.id).toBe(`${prefix}user:42`)
    expect(known.of(['user', 'a:b'])?.id).toBe(`${prefix}user:a%3Ab`)
  })

  test('do not mistake one key for another', () => {
    const known = new KnownIds(100)
    known.keep(['user', 1], '@shop:user:1')
    expect([known.of('user:1'), known.of(['user', 2]), known.of(['user']), known.of(['user', 1, 1])]).toEqual(
      Array(4).fill(undefined),
    )
  })

  test.each([
    [1000, 1000],
    [10_000_000, 65_536],
  ])('are bounded where memory has %i entries: a full table begins anew', (entries, most) => {
    const known = new KnownIds(entries)
    const count = (): number =>
      Array.from({ length: 100_000 }, (_, i) => known.of(['user', i])).filter(place => place !== undefined)
        .length
    for (let i = 0; i < 100_000; i++) known.keep(['user', i], `@shop:user:${i}`)
    expect(count()).toBeGreaterThan(0)
    expect(count()).toBeLessThanOrEqual(most)
  })
})

test('a hit is the same however often its key was asked for, and gone once deleted', async () => {
  await using cache = createCache()
  const shop = cache.namespace('shop')
  await shop.set(['user', 42], 'Ada')
  for (let i = 0; i < 3; i++)
    expect([shop.getSync(['user', 42]), await shop.get('user:42')]).toEqual(['Ada', 'Ada'])
  expect([cache.getSync(['user', 42]), cache.getSync(['user', '42'])]).toEqual([undefined, undefined])
  await shop.delete(['user', 42])
  expect([shop.getSync(['user', 42]), shop.getSync('user:42')]).toEqual([undefined, undefined])
})

test('an entry that moved, went or came back is found where it is now, and no other in its place', async () => {
  await using cache = createCache({ memory: { maxEntries: 8 } })
  const shop = cache.namespace('shop')
  const random = randomOf(3)
  const wanted = new Map<number, number>()
  for (let i = 0; i < 5000; i++) {
    const id = Math.floor(random() * 16)
    const what = random()
    if (what < 0.3) {
      await shop.set(['user', id], i)
      wanted.set(id, i)
    } else if (what < 0.4) {
      await shop.delete(['user', id])
      wanted.delete(id)
    } else if (what < 0.41) {
      await shop.clear()
      wanted.clear()
    } else {
      const found = shop.getSync(['user', id])
      expect(found).toBe(shop.getSync(`user:${id}`))
      if (found !== undefined) expect(found).toBe(wanted.get(id))
    }
  }
})
