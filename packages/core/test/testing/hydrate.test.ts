import { describe, expect, test } from 'vitest'
import { counted, world } from './support.ts'

describe('hydrate', () => {
  test('brings what Redis has into memory in one command, and says what is missing', async () => {
    const { open, redis, clock } = world()
    const [writer, reader] = [await open(), await open()]
    await writer.setMany<unknown>([
      ['a', 1],
      [['b', 2], null],
    ])
    await clock.advance(100) // what is not heard of yet is not kept
    const before = redis.commands('read')
    expect(await reader.hydrate(['none', 'a', ['b', 2], 'a', ['b', 3]])).toStrictEqual(['none', ['b', 3]])
    expect([reader.getSync('a'), reader.getSync('b:2')]).toStrictEqual([1, null])
    expect(redis.commands('read') - before).toBe(1)
    expect(await reader.hydrate(['a'])).toStrictEqual([])
    expect(redis.commands('read') - before).toBe(1)
  })

  test('is no read: it counts nothing and does not load', async () => {
    const { open } = world()
    const cache = await open()
    await cache.hydrate(['a', 'b'])
    const { hits, misses, redis, loads } = cache.stats()
    expect([hits, misses, redis.hits, redis.misses, loads]).toStrictEqual([0, 0, 0, 0, 0])
  })

  test('whoever loads the key meanwhile shares its look-up', async () => {
    const { open, clock, redis } = world({ latencyMs: 5 })
    const cache = await open()
    const load = counted('value')
    const hydrating = cache.hydrate(['a'])
    const reading = cache.getOrSet('a', load)
    await clock.advance(100)
    expect([await hydrating, await reading, load.calls]).toStrictEqual([['a'], 'value', 1])
    expect(redis.commands('read')).toBe(1)
  })

  test('an invalidation during the look-up wins', async () => {
    const { open, clock } = world({ latencyMs: operation => (operation === 'read' ? 50 : 0) })
    const [writer, reader] = [await open(), await open()]
    await writer.set('a', 'old')
    const hydrating = reader.hydrate(['a'])
    await clock.advance(60)
    await writer.delete('a')
    await clock.advance(100)
    await hydrating
    expect(reader.getSync('a')).toBeUndefined()
  })

  test('a Redis that is away leaves everything missing', async () => {
    const { open, redis } = world()
    const cache = await open()
    cache.on('error', () => {})
    redis.down()
    expect(await cache.hydrate(['a', 'b'])).toStrictEqual(['a', 'b'])
  })

  test('nothing but a key that cannot be one is refused', async () => {
    const { open } = world()
    const cache = await open()
    await expect(cache.hydrate([''])).rejects.toMatchObject({ code: 'E_KEY' })
  })

  test('a resource hydrates by identity', async () => {
    const { open } = world()
    const [writer, reader] = [await open(), await open()]
    const load = counted('user')
    const options = { name: 'user', load: (id: number) => load() + id }
    await writer.resource(options).set(1, 'user')
    const users = reader.resource(options)
    expect(await users.hydrate([1, 2])).toStrictEqual([2])
    expect([await users.get(1), load.calls]).toStrictEqual(['user', 0])
  })
})

describe('hot keys', () => {
  test('are printed with their namespaces, the most recently used first, with their hits', async () => {
    const { open } = world()
    const cache = await open()
    const jobs = cache.namespace('jobs')
    await cache.set('a', 1)
    await jobs.set(['b', 2], 2)
    await cache.get('a')
    await cache.getMany(['a', 'a'])
    expect([...cache.hotKeys()]).toStrictEqual([
      { key: 'a', hits: 3 },
      { key: '@jobs:b:2', hits: 0 },
    ])
    expect([...jobs.hotKeys()]).toStrictEqual([{ key: '@jobs:b:2', hits: 0 }])
  })

  test('come back into memory under what their namespace says', async () => {
    const { open, clock } = world()
    const [writer, reader] = [await open(), await open()]
    for (const cache of [writer, reader])
      cache.namespace('jobs', { ttl: { memory: '1s', redis: '1h' } }).namespace('open')
    const jobs = writer.namespace('jobs', { ttl: { memory: '1s', redis: '1h' } }).namespace('open')
    await writer.set('a', 1)
    await jobs.set('b', 2)
    await jobs.set(['@odd'], 3)
    await writer.set(['k'.repeat(2000)], 4)
    await clock.advance(100)
    const printed = [...writer.hotKeys()].map(({ key }) => key)
    expect(await reader.hydratePrinted([...printed, 'gone'])).toStrictEqual(['gone'])
    const here = reader.namespace('jobs').namespace('open')
    expect([reader.getSync('a'), here.getSync('b'), here.getSync(['@odd'])]).toStrictEqual([1, 2, 3])
    expect(reader.getSync(['k'.repeat(2000)])).toBe(4)
    await clock.advance('1s')
    expect([reader.getSync('a'), here.getSync('b')]).toStrictEqual([1, undefined])
  })

  test('of other namespaces are passed over', async () => {
    const { open, clock } = world()
    const [writer, reader] = [await open(), await open()]
    await writer.set('a', 1)
    await writer.namespace('jobs').set('b', 2)
    await clock.advance(100)
    const jobs = reader.namespace('jobs')
    expect(await jobs.hydratePrinted(['a', '@jobs:b', '@jobs:', '@jobsx:c'])).toStrictEqual([])
    expect([reader.getSync('a'), jobs.getSync('b')]).toStrictEqual([undefined, 2])
  })

  test('time is the time of the cache', async () => {
    const { open, clock } = world()
    expect((await open()).clock).toBe(clock)
  })
})

test('whether memory holds a key is told without a read, and without keeping it there', async () => {
  const { open, clock } = world()
  const [writer, reader] = [await open(), await open({ memory: { maxEntries: 2 } })]
  const users = reader.namespace('users')
  await users.getOrSet('a', () => 1, { ttl: '1m' })
  await reader.getOrSet('b', () => 2)
  expect(['@users:a', 'b', 'a'].map(key => reader.holdsPrinted(key))).toStrictEqual([true, true, false])
  expect(reader.stats().hits).toBe(0)
  // Asked for or not, the one read longest ago gives way.
  await reader.getOrSet('c', () => 3)
  expect(['@users:a', 'b', 'c'].map(key => reader.holdsPrinted(key))).toStrictEqual([false, true, true])
  await writer.delete('b')
  await clock.advance(100)
  expect(reader.holdsPrinted('b')).toBe(false)
  await writer.deleteByTag('all')
  await reader.getOrSet('d', () => 4, { tags: ['all'], ttl: '1m' })
  expect(reader.holdsPrinted('d')).toBe(true)
  await writer.deleteByTag('all')
  await clock.advance(100)
  expect(reader.holdsPrinted('d')).toBe(false)
  await reader.getOrSet('d', () => 5, { ttl: '1m' })
  await clock.advance('2m')
  expect(reader.holdsPrinted('d')).toBe(false)
})
