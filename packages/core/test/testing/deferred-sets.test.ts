import { expect, test } from 'vitest'
import { heard, world } from './support.ts'

test('a deferred set keeps its value here, also where the record of the write before was never heard of', async () => {
  const { open, redis, clock } = world()
  const cache = await open()
  heard(cache, 'error')
  redis.dropMessages()
  await cache.set('key', 'old', { ttl: '1h' })
  redis.down()
  await clock.advance('10s')
  expect((await cache.set('key', 'new', { ttl: '1h' })).status).toBe('deferred')
  expect(await cache.get('key')).toBe('new')
})
