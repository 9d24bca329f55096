import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Cache } from '../../src/index.ts'
import { control, open, space } from './support/caches.ts'
import { Monitor } from './support/monitor.ts'
import { until } from './support/until.ts'

/* The goals of performance.md: every command here is sent in one write and awaited, so commands bound round trips from above. */

const namespace = space()
const options = { namespace, redis: inject('redisUrl'), maxStaleness: '1m' } as const
const key = (): string => randomBytes(6).toString('hex')
let cache: Cache
let cold: Cache
let monitor: Monitor

beforeAll(async () => {
  cache = await open(options)
  cold = await open({ ...options, memory: false })
  monitor = await Monitor.of(options.redis, namespace)
  // Redis learns the scripts with their first use.
  await cache.set('warm', 1)
  await cache.getOrSet('up', () => 1)
  await cache.getOrSet('nothing', () => undefined)
  await Promise.all([cache.idle(), cold.idle()])
})
afterAll(async () => {
  await Promise.all([cache.close(), cold.close(), monitor[Symbol.asyncDispose]()])
})

async function commandsOf(work: () => unknown): Promise<string[]> {
  return await monitor.during(async () => {
    await work()
    await Promise.all([cache.idle(), cold.idle()])
  })
}

describe('commands that an operation sends', () => {
  test('a hit in memory: none, with tags too', async () => {
    await cache.set('l1', 1, { tags: ['a', 'b'] })
    const sent = await commandsOf(async () => {
      for (let i = 0; i < 100; i++) {
        await cache.get('l1')
        await cache.getEntry('l1')
        await cache.getOrSet('l1', () => 0, { tags: ['a', 'b'] })
        await cache.getMany(['l1', 'l1'])
      }
    })
    expect(sent).toEqual([])
  })

  test('a hit in memory after another tag was invalidated: none', async () => {
    await cache.set('tagged', 1, { tags: ['mine'] })
    await cache.deleteByTag('other')
    expect(await commandsOf(() => cache.get('tagged'))).toEqual([])
  })

  test('a hit in Redis: one GET', async () => {
    await cache.set('l2', 1, { tags: ['a'] })
    expect(await commandsOf(() => cold.get('l2'))).toEqual(['GET'])
    expect(await commandsOf(() => cold.getOrSet('l2', () => 0))).toEqual(['GET'])
  })

  test('a hit in Redis of a value told by a layout: one GET, but for the first', async () => {
    await using redis = control(options.redis)
    const set = (id: number): Promise<unknown> => cache.set(['row', id], { id, name: `row ${id}` })
    await set(1)
    await set(2)
    await until('the layout is kept', async () => (await redis.keys(`{${namespace}:0}:d:*`)).length === 1)
    await set(4)
    expect(await commandsOf(() => cold.get(['row', 4]))).toEqual(['GET', 'GET'])
    expect(await commandsOf(() => cold.get(['row', 4]))).toEqual(['GET'])
    expect(await commandsOf(() => cache.set(['row', 5], { id: 5, name: 'row 5' }))).toEqual(['INVALIDATE'])
    expect(await cold.get(['row', 5])).toEqual({ id: 5, name: 'row 5' })
  })

  test('a read of what is nowhere: one GET', async () => {
    expect(await commandsOf(() => cold.get(key()))).toEqual(['GET'])
  })

  test('a miss that loads: three at most, the last behind the answer', async () => {
    const name = key()
    const sent = await commandsOf(() => cache.getOrSet(name, () => 1, { tags: ['a', 'b'] }))
    expect(sent).toEqual(['GET', 'LEASE', 'FILL'])
  })

  test('a loader that finds nothing: as many', async () => {
    expect(await commandsOf(() => cache.getOrSet(key(), () => undefined))).toEqual([
      'GET',
      'LEASE',
      'RELEASE',
    ])
  })

  test('a thousand misses of one key at the same time: as many as one', async () => {
    const name = key()
    const sent = await commandsOf(() =>
      Promise.all(Array.from({ length: 1000 }, () => cache.getOrSet(name, () => 1))),
    )
    expect(sent).toEqual(['GET', 'LEASE', 'FILL'])
  })

  test.each([
    ['set', () => cache.set(key(), 1, { tags: ['a', 'b'] })],
    ['setMany', () => cache.setMany(Array.from({ length: 50 }, () => [key(), 1]))],
    ['delete', () => cache.delete('l1')],
    ['deleteMany', () => cache.deleteMany(Array.from({ length: 50 }, key))],
    ['expire', () => cache.expire('l1')],
    ['deleteByTag', () => cache.deleteByTag(['a', 'b', 'c'])],
    ['expireByTag', () => cache.expireByTag('a')],
    ['deleteByPrefix', () => cache.deleteByPrefix('a')],
    ['clear', () => cache.clear()],
  ])('%s: one', async (_, run) => {
    expect(await commandsOf(run)).toEqual(['INVALIDATE'])
  })

  test('many invalidations in one tick: one', async () => {
    const sent = await commandsOf(() => Promise.all(Array.from({ length: 50 }, () => cache.delete(key()))))
    expect(sent).toEqual(['INVALIDATE'])
  })

  test('getMany of n keys that memory does not have: one MGET', async () => {
    const keys = Array.from({ length: 100 }, key)
    await cache.setMany(keys.slice(0, 50).map(one => [one, 1]))
    expect(await commandsOf(() => cold.getMany(keys))).toEqual(['MGET'])
    expect(await commandsOf(() => cache.getMany(keys))).toEqual(['MGET'])
    expect(await commandsOf(() => cache.getMany(keys.slice(0, 50)))).toEqual([])
  })

  test('getOrSetMany of n missing keys: one MGET, one LEASE, and one FILL behind the answer', async () => {
    const keys = Array.from({ length: 100 }, key)
    const sent = await commandsOf(() => cache.getOrSetMany(keys, missing => missing))
    expect(sent).toEqual(['MGET', 'LEASE', 'FILL'])
    expect(await commandsOf(() => cold.getMany(keys))).toEqual(['MGET'])
    expect(await cold.getMany(keys)).toEqual(keys)
  })

  test('getOrSetMany of n keys that are nowhere: one MGET, one LEASE, and one RELEASE', async () => {
    const keys = Array.from({ length: 100 }, key)
    const sent = await commandsOf(() => cache.getOrSetMany(keys, missing => missing.map(() => undefined)))
    expect(sent).toEqual(['MGET', 'LEASE', 'RELEASE'])
  })

  test('many misses of different keys in one turn: no more than of one', async () => {
    const keys = Array.from({ length: 50 }, key)
    const sent = await commandsOf(() => Promise.all(keys.map(one => cache.getOrSet(one, () => one))))
    // Where misses are expected the lease is asked for at once.
    expect(sent.filter(one => one !== 'MGET')).toEqual(['LEASE', 'FILL'])
    expect(sent.length).toBeLessThanOrEqual(3)
  })

  test('many reads of different keys in one turn: few commands', async () => {
    const keys = Array.from({ length: 200 }, key)
    const sent = await commandsOf(() => Promise.all(keys.map(one => cold.get(one))))
    expect(sent.length).toBeLessThanOrEqual(3)
  })
})

describe('commands that the script of an invalidation gives', () => {
  const recorded = ['HSET', 'XADD', 'PUBLISH']

  test.each([
    ['delete', () => cache.delete('l1')],
    ['deleteMany', () => cache.deleteMany(Array.from({ length: 50 }, key))],
    ['deleteByTag', () => cache.deleteByTag(Array.from({ length: 20 }, key))],
    ['clear', () => cache.clear()],
  ])('%s: five, however many names it has', async (_, run) => {
    expect(await monitor.inScripts(run)).toEqual(['HMGET', 'UNLINK', ...recorded])
  })

  test('setMany: one more for each value, and one for the fence', async () => {
    const given = await monitor.inScripts(() => cache.setMany([key(), key(), key()].map(one => [one, 1])))
    expect(given).toEqual(['HMGET', 'GET', 'SET', 'SET', 'SET', 'DEL', ...recorded])
  })
})
