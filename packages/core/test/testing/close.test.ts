import { expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { fakeRedis, manualClock } from '../../src/testing/index.ts'
import { isSettled, row, world } from './support.ts'

test('close waits for loads under way, keeps their values, and leaves no timer behind', async () => {
  const { open, clock, redis } = world()
  const cache = await open()
  const { load, asked, answer } = row<string>()
  const loading = cache.getOrSet('a', load)
  await asked
  const closing = cache.close()
  expect(await isSettled(closing, clock)).toBe(false)
  answer('value')
  expect(await loading).toBe('value')
  await closing
  expect([redis.keys(), clock.timers]).toEqual([['a'], 0])
})

test('close waits no longer than it is told, and aborts what still loads', async () => {
  const { open, clock } = world()
  const cache = await open()
  const asked = Promise.withResolvers<AbortSignal>()
  const outcome = expect(
    cache.getOrSet('a', ({ signal }) => {
      asked.resolve(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    }),
  ).rejects.toThrow('aborted')
  const signal = await asked.promise
  const closing = cache.close({ timeout: '1s' })
  await clock.advance(999)
  expect(await isSettled(closing, clock)).toBe(false)
  await clock.advance(1)
  await closing
  await outcome
  expect([signal.aborted, clock.timers]).toEqual([true, 0])
})

test('close also waits for a read that has not come to its load yet', async () => {
  const { open, clock } = world()
  const cache = await open()
  const { load, answer } = row<string>()
  const loading = cache.getOrSet('a', load)
  loading.catch(() => {}) // the assertion below is the one to fail
  const closing = cache.close()
  expect(await isSettled(closing, clock)).toBe(false)
  answer('value')
  expect(await loading).toBe('value')
  await closing
  expect(clock.timers).toBe(0)
})

test('close replays deferred invalidations if Redis is back', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  await two.set('a', 'old')
  redis.failNext('invalidate')
  const { status, done } = await one.delete('a')
  expect(status).toBe('deferred')
  await one.close()
  await done
  await clock.settle()
  expect(await two.get('a')).toBeUndefined()
})

test('close gives up deferred invalidations if Redis stays away, and says so', async () => {
  const { open, clock, redis } = world()
  const cache = await open()
  redis.down()
  const { done } = await cache.delete('a')
  const outcome = expect(done).rejects.toMatchObject({ code: 'E_CLOSED' })
  const closing = cache.close({ timeout: '1s' })
  await clock.advance('1s')
  await closing
  await outcome
  expect(clock.timers).toBe(0)
})

test('a value set before the first answer of Redis is there', async () => {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  await using one = createCache({ redis, clock })
  expect((await one.set('a', 1)).status).toBe('committed')
  expect(await one.get('a')).toBe(1)
  await one.ready()
  await using two = createCache({ redis, clock })
  expect(await two.get('a')).toBe(1)
})

test('a read before the first answer of Redis waits for it and finds what is there', async () => {
  const { clock, redis, open } = world()
  await (await open()).set('a', 1)
  await using cache = createCache({ redis, clock })
  expect(await cache.get('a')).toBe(1)
})
