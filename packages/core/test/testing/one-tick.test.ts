import { expect, test } from 'vitest'
import { heard, world } from './support.ts'

test('what is invalidated in one tick travels as one, and every instance obeys all of it', async () => {
  const { open, redis, clock } = world()
  const [one, two] = [await open(), await open()]
  const names = Array.from({ length: 20 }, (_, i) => `k${i}`)
  for (const name of names) {
    await one.set(name, 'old', { tags: [`tag of ${name}`] })
    await two.get(name)
  }
  const before = redis.commands('invalidate')
  const settled = await Promise.all([
    ...names.slice(0, 10).map(name => one.delete(name)),
    ...names.slice(10, 15).map(name => one.deleteByTag(`tag of ${name}`)),
    ...names.slice(15).map(name => one.deleteByPrefix(name)),
  ])
  expect(redis.commands('invalidate') - before).toBe(1)
  expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['committed']))
  await clock.settle()
  expect(await two.getMany(names)).toEqual(names.map(() => undefined))
})

test('hard and soft ones are two, and each keeps its meaning', async () => {
  const { open, redis } = world()
  const cache = await open({ ttl: '1h', grace: '1h' })
  await cache.setMany([
    ['deleted', 1],
    ['expired', 2],
  ])
  const before = redis.commands('invalidate')
  await Promise.all([cache.delete('deleted'), cache.expire('expired')])
  expect(redis.commands('invalidate') - before).toBe(2)
  expect(await cache.getEntry('deleted')).toBeUndefined()
  expect(await cache.getEntry('expired')).toMatchObject({ value: 2, stale: true })
})

test('a set called after a delete in the same tick stays', async () => {
  const { open } = world()
  const [one, two] = [await open(), await open()]
  await one.set('a', 'old')
  await Promise.all([one.delete('a'), one.set('a', 'new')])
  expect([await one.get('a'), await two.get('a')]).toEqual(['new', 'new'])
})

test('more than a message holds is told in several, so that nobody has to ask', async () => {
  const { open, redis, clock } = world()
  const [one, two] = [await open(), await open()]
  const names = Array.from({ length: 400 }, (_, i) => `${'long'.repeat(20)}${i}`)
  await two.setMany(names.map(name => [name, 1]))
  await clock.settle()
  const [invalidations, syncs] = [redis.commands('invalidate'), redis.commands('sync')]
  await Promise.all(names.map(name => one.delete(name)))
  await clock.settle()
  expect(redis.commands('invalidate') - invalidations).toBeGreaterThan(1)
  expect(redis.commands('sync') - syncs).toBe(0)
  expect(await two.getMany(names)).toEqual(names.map(() => undefined))
})

test('when Redis does not take it, each is deferred, or rejects if it is strict, and none is lost', async () => {
  const { open, redis, clock } = world()
  const [one, two] = [await open(), await open()]
  heard(one, 'error')
  await one.setMany([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ])
  await two.getMany(['a', 'b', 'c'])
  redis.failNext('invalidate')
  const results = await Promise.allSettled([
    one.delete('a'),
    one.delete('b', { strict: true }),
    one.delete('c'),
  ])
  expect(
    results.map(result => (result.status === 'fulfilled' ? result.value.status : result.reason.code)),
  ).toEqual(['deferred', 'E_REDIS', 'deferred'])
  await clock.advance('1s')
  expect(await two.getMany(['a', 'c'])).toEqual([undefined, undefined])
})
