import { expect, test } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { createCache } from '../../src/index.ts'
import { fakeRedis, manualClock } from '../../src/testing/index.ts'

/** A clock whose `recent` was looked at a moment ago in this callback of the event loop, as it is allowed to be. */
function laggingClock(): Clock {
  const clock = manualClock()
  return {
    now: () => clock.now(),
    recent: () => clock.now() - 1,
    precise: () => clock.precise(),
    wall: () => clock.wall(),
    after: (ms, run) => clock.after(ms, run),
    soon: run => clock.soon(run),
  }
}

for (const [where, redis] of [
  ['in this process only', false],
  ['over Redis', fakeRedis({ clock: manualClock() })],
] as const) {
  for (const by of ['key', 'tag'] as const) {
    test(`a value expired by ${by} is stale in the very callback that expired it, ${where}`, async () => {
      await using cache = createCache({ redis, clock: laggingClock(), namespace: `expire-${by}` })
      await cache.ready()
      await cache.set('a', 'old', { tags: ['t'], grace: '1m' })
      await (by === 'key' ? cache.expire('a') : cache.expireByTag('t'))
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.getEntry('a')).toMatchObject({ value: 'old', stale: true })
      expect(await cache.get('a')).toBeUndefined()
      expect(cache.getSync('a')).toBeUndefined()
    })
  }
}
