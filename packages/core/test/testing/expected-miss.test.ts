import { expect, test } from 'vitest'
import type { Cache } from '../../src/index.ts'
import { counted, heard, row, world } from './support.ts'

/** Enough misses for a cache to expect the next. */
async function miss(cache: Cache): Promise<void> {
  for (let i = 0; i < 200; i++) await cache.getOrSet(['missed', i], () => i)
  await cache.idle()
}

test('where misses are expected, a read asks for the lease at once: two steps, one of them before the answer', async () => {
  const { open, redis } = world()
  const cache = await open()
  await miss(cache)
  const [reads, leases, fills] = [redis.commands('read'), redis.commands('lease'), redis.commands('fill')]
  expect(await cache.getOrSet('a', () => 'value')).toBe('value')
  await cache.idle()
  expect(redis.commands('read') - reads).toBe(0)
  expect([redis.commands('lease') - leases, redis.commands('fill') - fills]).toEqual([1, 1])
})

test('a value that is there all the same is the answer, counts as a hit in Redis, and looks are taken again once hits are usual', async () => {
  const { open, redis } = world()
  const [cache, other] = [await open({ memory: false }), await open()]
  await miss(cache)
  await other.setMany(Array.from({ length: 100 }, (_, i) => [['there', i], i]))
  const [reads, before] = [redis.commands('read'), cache.stats()]
  for (let i = 0; i < 100; i++) expect(await cache.getOrSet(['there', i], counted('never'))).toBe(i)
  const { redis: after, loads } = cache.stats()
  expect([after.hits - before.redis.hits, after.misses - before.redis.misses, loads - before.loads]).toEqual([
    100, 0, 0,
  ])
  expect(redis.commands('read') - reads).toBeGreaterThan(50)
})

test('a stale value that is there is served where that is allowed, and refreshed behind', async () => {
  const { open, clock } = world()
  const [cache, other] = [await open({ memory: false }), await open()]
  await miss(cache)
  const life = { ttl: '1m', grace: '1h' } as const
  await other.set('a', 'old', life)
  await clock.advance('2m')
  const entry = await cache.getOrSetEntry('a', () => 'new', { ...life, swr: true })
  expect(entry).toMatchObject({ value: 'old', tier: 'redis', stale: true })
  await cache.idle()
  expect(await other.get('a')).toBe('new')
})

test('who is told to wait for the load of another instance is woken when it is done', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  await miss(two)
  const { load, asked, answer } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  const waiting = two.getOrSet('a', counted('never'))
  await clock.settle()
  const [leases, now] = [redis.commands('lease'), clock.now()]
  answer('value')
  expect(await Promise.all([loading, waiting])).toEqual(['value', 'value'])
  expect([redis.commands('lease') - leases, clock.now() - now]).toEqual([1, 0])
})

test('a Redis that is away does not hold the read, and no lease is kept by a cache that closes', async () => {
  const { open, redis } = world()
  const cache = await open()
  await miss(cache)
  const errors = heard(cache, 'error')
  redis.failNext('lease')
  expect(await cache.getOrSet('a', () => 'value')).toBe('value')
  expect(errors.length).toBe(1)
})
