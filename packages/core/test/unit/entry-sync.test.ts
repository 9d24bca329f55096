import { expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'

test('getEntrySync tells what memory has, with its age and the time left', async () => {
  await using cache = createCache({ ttl: '1m', jitter: 0 })
  const shop = cache.namespace('shop')
  await shop.set(['user', 1], 'Ada', { tags: ['t'] })
  const entry = shop.getEntrySync(['user', 1])
  expect(entry).toMatchObject({ value: 'Ada', tier: 'memory', stale: false, tags: ['t'] })
  expect(entry?.ttlMs).toBeGreaterThan(59_000)
  expect([shop.getEntrySync('none'), cache.getEntrySync(['user', 1])]).toEqual([undefined, undefined])
  expect(() => shop.getEntrySync('')).toThrow('must not be empty')
})
