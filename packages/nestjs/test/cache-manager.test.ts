import { createCache } from '@tiercache/core'
import { fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import type { Cache as TheirCache } from 'cache-manager'
import { createCache as createTheirs } from 'cache-manager'
import { expect, test } from 'vitest'
import { type CacheManager, cacheManager } from '../src/index.ts'

function manager(): { manager: CacheManager; clock: ManualClock } {
  const clock = manualClock(Date.now())
  return { manager: cacheManager(createCache({ clock, random: () => 0 })), clock }
}

test('it has the members of cache-manager, and its type', () => {
  const ours: TheirCache = manager().manager
  expect(Object.keys(ours).toSorted()).toEqual(Object.keys(createTheirs()).toSorted())
})

/* Each of these is said of both, so that one can stand in for the other. */
for (const [name, make] of [
  ['cache-manager', createTheirs],
  ['the drop-in', () => manager().manager],
] as const) {
  test(`${name}: get, set, del, mget, mset, mdel and clear answer alike`, async () => {
    const cache: TheirCache = make()
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.set('a', { b: [1] })).toEqual({ b: [1] })
    expect(await cache.get('a')).toEqual({ b: [1] })
    for (const value of [0, '', false, null]) {
      await cache.set('falsy', value)
      expect(await cache.get('falsy')).toBe(value)
    }
    expect(await cache.del('a')).toBe(true)
    expect(await cache.del('never was')).toBe(true)
    expect(await cache.get('a')).toBeUndefined()
    const list = [
      { key: 'x', value: 1 },
      { key: 'y', value: 2, ttl: 60_000 },
    ]
    expect((await cache.mset(list)).map(({ key }) => key)).toEqual(['x', 'y'])
    expect(await cache.mget(['y', 'none', 'x'])).toEqual([2, undefined, 1])
    expect(await cache.mdel(['x', 'none'])).toBe(true)
    expect(await cache.mget(['x', 'y'])).toEqual([undefined, 2])
    expect(await cache.clear()).toBe(true)
    expect(await cache.get('y')).toBeUndefined()
  })

  test(`${name}: ttl is the time at which a value expires, in ms`, async () => {
    const cache: TheirCache = make()
    await cache.set('a', 1, 60_000)
    const left = ((await cache.ttl('a')) ?? 0) - Date.now()
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(60_001)
    expect(await cache.ttl('none')).toBeUndefined()
  })

  test(`${name}: wrap loads what is missing, once, and rejects with what the loader throws`, async () => {
    const cache: TheirCache = make()
    let calls = 0
    const load = async (): Promise<number> => ++calls
    expect(await Promise.all([cache.wrap('k', load), cache.wrap('k', load)])).toEqual([1, 1])
    expect(await cache.wrap('k', load, { ttl: 1000 })).toBe(1)
    expect(await cache.wrap('f', load, value => value * 1000)).toBe(2)
    expect(await cache.wrap('raw', load, { ttl: 1000, raw: true })).toMatchObject({
      value: 3,
      expires: expect.any(Number),
    })
    await expect(cache.wrap('bad', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    expect(await cache.wrap('none', () => undefined)).toBeUndefined()
    expect(await cache.get('none')).toBeUndefined()
  })

  test(`${name}: tells listeners`, async () => {
    const cache: TheirCache = make()
    const heard: unknown[] = []
    const listener = ({ key }: { key: string }): unknown => heard.push(key)
    cache.on('set', listener)
    await cache.set('a', 1)
    cache.off('set', listener)
    await cache.set('b', 1)
    expect([...new Set(heard)]).toEqual(['a'])
    expect(await cache.disconnect()).toBeUndefined()
  })
}

test('a ttl is in ms and exact; 0 is without end; none is the default of the cache', async () => {
  const { manager: cache, clock } = manager()
  await cache.set('short', 1, 1000)
  await cache.set('long', 1, 0)
  await cache.set('default', 1)
  await clock.advance(999)
  expect(await cache.get('short')).toBe(1)
  await clock.advance(1)
  expect(await cache.get('short')).toBeUndefined()
  await clock.advance('5m')
  expect(await cache.get('default')).toBeUndefined()
  await clock.advance('365d')
  expect(await cache.get('long')).toBe(1)
})

test('a value with less than refreshThreshold to live is answered, and refreshed once behind the answer', async () => {
  const { manager: cache, clock } = manager()
  let calls = 0
  const wrap = (): Promise<number> => cache.wrap('k', () => ++calls, 10_000, 3000)
  expect(await wrap()).toBe(1)
  await clock.advance('8s')
  expect(await Promise.all([wrap(), wrap()])).toEqual([1, 1])
  await clock.settle()
  expect([await wrap(), calls]).toEqual([2, 2])
})

test('what one instance deletes no other serves', async () => {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  const [a, b] = [cacheManager(createCache({ redis, clock })), cacheManager(createCache({ redis, clock }))]
  await a.set('k', 1)
  expect(await b.get('k')).toBe(1)
  await a.del('k')
  await clock.settle()
  expect(await b.get('k')).toBeUndefined()
})
