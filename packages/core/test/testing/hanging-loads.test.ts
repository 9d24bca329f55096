import { expect, test } from 'vitest'
import { world } from './support.ts'

test('a load that never ends and heeds no signal is given up in the end: nothing of it is kept, and close does not wait', async () => {
  const { open, clock } = world()
  const cache = await open({ timeouts: { hard: '50ms' } })
  const reads = Array.from({ length: 100 }, (_, i) => cache.getOrSet(['k', i], () => new Promise(() => {})))
  const settled = Promise.allSettled(reads)
  await clock.advance('200ms')
  for (const result of await settled)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'E_TIMEOUT' } })
  await cache.idle()
  const timers = clock.timers
  await cache.getOrSet(['k', 0], () => 'again')
  expect(await cache.get(['k', 0])).toBe('again')
  await cache.idle()
  expect(clock.timers).toBeLessThanOrEqual(timers)
})
