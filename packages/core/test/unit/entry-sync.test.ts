import { expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { HandClock } from './support.ts'

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

test('what a callback is given as fresh has time left, however long that callback has run', async () => {
  const clock = new BusyClock()
  const cache = createCache({ clock, ttl: '1m', jitter: 0 })
  await cache.set('before', 1)
  clock.ranMs = 70_000
  expect(cache.getEntrySync('before')).toMatchObject({ stale: false, ageMs: 0, ttlMs: 60_000 })
  await cache.set('since', 2)
  expect(cache.getEntrySync('since')).toMatchObject({ stale: false, ageMs: 0, ttlMs: 60_000 })
})

/** Time in a callback that does not return to the event loop. */
class BusyClock extends HandClock {
  ranMs = 0

  override now(): number {
    return super.now() + this.ranMs
  }
}
