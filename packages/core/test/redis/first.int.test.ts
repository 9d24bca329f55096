import { expect, inject, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { space } from './support/caches.ts'

test('what the first read loads is kept, although nothing was ready yet', async () => {
  await using cache = createCache({ redis: inject('redisUrl'), namespace: space() })
  const found = await Promise.all([
    cache.getOrSet('a', () => 1),
    cache.getOrSetMany(['b', 'c'], keys => keys.map(() => 2)),
  ])
  expect(found).toEqual([1, [2, 2]])
  await cache.idle()
  expect(cache.stats().fenced).toBe(0)
  expect([cache.getSync('a'), cache.getSync('b'), cache.getSync('c')]).toEqual([1, 2, 2])
})
