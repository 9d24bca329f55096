import { expect, test } from 'vitest'
import { heard, world } from './support.ts'

test('a Redis that refuses every miss is told of a few times a second, and counted each time', async () => {
  const { open, redis, clock } = world()
  const cache = await open()
  const errors = heard(cache, 'error')
  redis.full(true)
  for (let i = 0; i < 500; i++) {
    await cache.getOrSet(['k', i], () => i)
    if (i % 10 === 9) await clock.advance(10)
  }
  await cache.idle()
  expect(errors.length).toBeGreaterThan(0)
  expect(errors.length).toBeLessThan(25)
  expect(cache.stats().redis.errors).toBeGreaterThanOrEqual(500)
})

test('values that cannot be stored are told of one by one', async () => {
  const { open } = world()
  const cache = await open()
  const errors = heard(cache, 'error')
  await Promise.all(Array.from({ length: 5 }, (_, i) => cache.getOrSet(['f', i], () => () => i)))
  await cache.idle()
  expect(errors.map(({ key }) => key ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual(
    Array.from({ length: 5 }, (_, i) => `f:${i}`),
  )
})
