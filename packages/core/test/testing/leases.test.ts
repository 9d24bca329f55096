import { expect, test } from 'vitest'
import { counted, failing, heard, isSettled, row, world } from './support.ts'

test('many reads of a cold key in three instances are one load', async () => {
  const { open } = world()
  const caches = [await open(), await open(), await open()]
  const load = counted('value')
  const reads = caches.flatMap(cache => Array.from({ length: 100 }, () => cache.getOrSet('a', load)))
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['value']))
  expect(load.calls).toBe(1)
})

test('who waits for the load of another instance is woken when it is done, without asking again meanwhile', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
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

test('who has asked again in vain meanwhile is woken at once all the same', async () => {
  const { open, clock } = world()
  const [one, two] = [await open(), await open()]
  const { load, asked, answer } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  const waiting = two.getOrSet('a', counted('never'))
  // It asks after 25 ms and after 75.
  await clock.advance(76)
  const now = clock.now()
  answer('value')
  expect(await Promise.all([loading, waiting])).toEqual(['value', 'value'])
  expect(clock.now() - now).toBe(0)
})

test('who waits for a load that fails loads in its turn, at once', async () => {
  const { open, clock } = world()
  const [one, two] = [await open(), await open()]
  const { load, asked, fail } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  const waiting = two.getOrSet('a', () => 'second')
  await clock.settle()
  const now = clock.now()
  fail(new Error('no database'))
  await expect(loading).rejects.toThrow('no database')
  expect([await waiting, clock.now() - now]).toEqual(['second', 0])
})

test('where wake-up messages get lost, who waits asks again by itself', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  redis.dropMessages()
  const { load, asked, answer } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  const waiting = two.getOrSet('a', counted('never'))
  await clock.settle()
  answer('value')
  await loading
  await clock.advance('1s')
  expect(await isSettled(waiting, clock)).toBe(true)
  expect(await waiting).toBe('value')
})

test('a slow load keeps its lease: others wait for it instead of loading', async () => {
  const { open, clock } = world()
  const [one, two] = [await open(), await open()]
  const { load, asked, answer } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  const second = counted('never')
  const waiting = two.getOrSet('a', second)
  await clock.advance('9s')
  expect(second.calls).toBe(0)
  answer('value')
  await clock.settle()
  expect(await Promise.all([loading, waiting])).toEqual(['value', 'value'])
})

test('when the holder of a lease dies, the next one loads after the lease has expired', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  const { load, asked, answer } = row<string>()
  const loading = one.getOrSet('a', load)
  await asked
  redis.connections[0]?.down()
  const second = counted('second')
  const waiting = two.getOrSet('a', second)
  await clock.advance(900)
  expect(second.calls).toBe(0)
  await clock.advance('3s')
  expect([second.calls, await waiting]).toEqual([1, 'second'])
  redis.up()
  answer('first')
  expect(await loading).toBe('first')
  await one.idle()
  await clock.advance('1s')
  const cold = await open()
  expect(await cold.get('a')).toBe('second')
})

test('a value that Redis cannot be given is still returned, and nobody waits for it in vain', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  const errors = heard(one, 'error')
  const value = { id: 1, format: (): string => 'x' }
  expect(await one.getOrSet('a', () => value)).toBe(value)
  await one.idle()
  expect(errors).toMatchObject([{ operation: 'fill', key: 'a', error: { code: 'E_VALUE' } }])
  const now = clock.now()
  expect(await two.getOrSet('a', () => 'second')).toBe('second')
  expect([clock.now() - now, redis.keys()]).toEqual([0, ['a']])
})

test('a value too large for Redis is still returned', async () => {
  const { open } = world()
  const cache = await open({ maxValueBytes: '1kb' })
  const errors = heard(cache, 'error')
  expect(await cache.getOrSet('a', () => 'x'.repeat(2000))).toHaveLength(2000)
  await cache.idle()
  expect(errors).toMatchObject([{ operation: 'fill', error: { code: 'E_VALUE' } }])
})

test('loads in different instances for different keys do not wait for each other', async () => {
  const { open } = world()
  const [one, two] = [await open(), await open()]
  const { load, asked, answer } = row<string>()
  const slow = one.getOrSet('slow', load)
  await asked
  expect(await two.getOrSet('quick', () => 'quick')).toBe('quick')
  answer('slow')
  expect(await slow).toBe('slow')
})

test('an error of a loader is not shared between instances', async () => {
  const { open } = world()
  const [one, two] = [await open(), await open()]
  const error = new Error('only here')
  await expect(one.getOrSet('a', failing(error))).rejects.toBe(error)
  expect(await two.getOrSet('a', () => 'fine')).toBe('fine')
})

test('a lease that Redis grants too late is given back: nobody waits for it', async () => {
  const { open, redis, clock } = world()
  const [slow, other] = [await open(), await open()]
  heard(slow, 'error')
  redis.connections[0]?.hang()
  const reading = slow.getOrSet('k', () => 'loaded without a lease')
  await clock.advance('400ms')
  redis.connections[0]?.resume()
  expect(await reading).toBe('loaded without a lease')
  await clock.settle()
  const now = clock.now()
  expect(await other.getOrSet('k', () => 'loaded at once')).toBe('loaded at once')
  expect(clock.now() - now).toBe(0)
})
