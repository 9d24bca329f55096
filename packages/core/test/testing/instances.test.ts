import { describe, expect, test } from 'vitest'
import type { Cache, Invalidation } from '../../src/index.ts'
import { counted, heard, row, world } from './support.ts'

const KEY = ['user', 1]
const OPTIONS = { tags: ['org:7'], grace: '1m' } as const

const DELETES: Record<string, (cache: Cache) => Promise<Invalidation>> = {
  key: cache => cache.delete([KEY]),
  tag: cache => cache.deleteByTag('org:7'),
  prefix: cache => cache.deleteByPrefix('user'),
  clear: cache => cache.clear(),
}

describe('what one instance changes, the others see', () => {
  test('a value set by one is read by another, and replaces what that one had', async () => {
    const { open, clock } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 1)
    expect(await two.get('a')).toBe(1)
    await one.set('a', 2)
    await clock.settle()
    expect(await two.get('a')).toBe(2)
  })

  for (const [by, remove] of Object.entries(DELETES)) {
    test(`a delete by ${by} is heard by the others without waiting`, async () => {
      const { open, clock } = world()
      const [one, two] = [await open(), await open()]
      const invalidations = heard(two, 'invalidate')
      await one.set(KEY, 'old', OPTIONS)
      expect(await two.get(KEY)).toBe('old')
      await clock.settle()
      invalidations.length = 0
      await remove(one)
      expect(await one.get(KEY)).toBeUndefined()
      await clock.settle()
      expect(two.getSync(KEY)).toBeUndefined()
      expect(await two.get(KEY)).toBeUndefined()
      expect(invalidations).toMatchObject([{ remote: true, soft: false }])
    })

    test(`a delete by ${by} wins over a load of another instance that began before it`, async () => {
      const { open, clock } = world()
      const [one, two] = [await open(), await open()]
      const { load, asked, answer } = row<string>()
      const before = two.getOrSet(KEY, load, OPTIONS)
      await asked
      await remove(one)
      answer('old')
      expect(await before).toBe('old')
      await two.idle()
      await clock.settle()
      const cold = await open()
      expect(await cold.get(KEY)).toBeUndefined()
      expect(await two.getOrSet(KEY, () => 'new', OPTIONS)).toBe('new')
    })

    test(`a delete by ${by} wins over such a load also where its message gets lost`, async () => {
      const { open, redis } = world()
      const [one, two] = [await open(), await open()]
      redis.dropMessages()
      const { load, asked, answer } = row<string>()
      const before = two.getOrSet(KEY, load, OPTIONS)
      await asked
      await remove(one)
      answer('old')
      await before
      await two.idle()
      const cold = await open()
      expect([redis.keys(), await cold.get(KEY)]).toEqual([[], undefined])
    })

    test(`a lost message of a delete by ${by} is made up for by the next SYNC`, async () => {
      const { open, clock, redis } = world()
      const [one, two] = [await open(), await open()]
      await one.set(KEY, 'old', OPTIONS)
      await clock.advance('1s')
      expect(await two.get(KEY)).toBe('old')
      redis.dropMessages()
      await remove(one)
      await clock.advance(500)
      expect(await two.get(KEY)).toBeUndefined()
    })
  }

  test('a value expired by one is stale for the others, and refreshed once for all', async () => {
    const { open, clock } = world()
    const [one, two] = [await open(), await open()]
    await one.set(KEY, 'old', OPTIONS)
    expect(await two.get(KEY)).toBe('old')
    await one.expireByTag('org:7')
    await clock.settle()
    expect(await two.get(KEY)).toBeUndefined()
    expect(await two.getEntry(KEY)).toMatchObject({ value: 'old', stale: true })
    const load = counted('new')
    expect(await Promise.all([one.getOrSet(KEY, load), two.getOrSet(KEY, load)])).toEqual(['new', 'new'])
    expect(load.calls).toBe(1)
  })

  test('an event of the domain is obeyed by instances that have no rule for it', async () => {
    const { open, clock } = world()
    const [one, two] = [await open(), await open()]
    await two.set(KEY, 'old')
    one.rule<number>('user changed', id => ({ keys: [['user', id]] }))
    await one.notify('user changed', 1)
    await clock.settle()
    expect(await two.get(KEY)).toBeUndefined()
  })

  test('messages that overtake each other between instances leave nothing stale behind', async () => {
    let turn = 0
    const { open, clock } = world({ delivery: connection => (++turn * 37 + connection * 11) % 90 })
    const caches = [await open(), await open(), await open()]
    for (let version = 1; version <= 30; version++) {
      const writer = caches[version % 3]
      await writer?.set('a', version)
      expect(await writer?.get('a')).toBe(version)
      await Promise.all(caches.map(cache => cache.get('a')))
      await clock.advance(version % 7)
    }
    await clock.advance(100)
    expect(await Promise.all(caches.map(cache => cache.get('a')))).toEqual([30, 30, 30])
  })

  test('namespaces of one Redis do not hear each other', async () => {
    const { open, clock } = world()
    const [one, two] = [await open({ namespace: 'one' }), await open({ namespace: 'two' })]
    await one.set('a', 1)
    await two.set('a', 2)
    await one.clear()
    await clock.advance('1s')
    expect([await one.get('a'), await two.get('a')]).toEqual([undefined, 2])
  })
})
