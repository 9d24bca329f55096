import { type Cache, createCache } from '@tiercache/core'
import { type FakeRedis, fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import type { NextCacheOptions } from '../../src/index.ts'

/** A site of several instances over one stand-in for Redis, in time that a test moves. */
export interface Site {
  readonly clock: ManualClock
  readonly redis: FakeRedis
  /** What the handlers of one more instance are made with. */
  instance(): Promise<NextCacheOptions & { readonly cache: Cache }>
}

export function site(start?: number): Site {
  const clock = manualClock(start)
  const redis = fakeRedis({ clock })
  return {
    clock,
    redis,
    async instance() {
      const cache = createCache({ redis, clock, random: () => 0 })
      await cache.ready()
      return { cache, clock }
    },
  }
}
