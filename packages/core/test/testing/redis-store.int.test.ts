import { setTimeout as pass } from 'node:timers/promises'
import { findBinary, startRedis } from '@tiercache/redis-server'
import type {} from '@tiercache/redis-server/global-setup'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { RedisStore } from '../../src/redis/store.ts'
import { storeConformance, type StoreHarness } from '../../src/testing/index.ts'

/** What the suite needs of a Redis that others use as well. */
function harness(url: () => string, admin: () => Redis): StoreHarness {
  const remove = async (pattern: string): Promise<void> => {
    const keys = await admin().keys(pattern)
    if (keys.length > 0) await admin().del(keys)
  }
  return {
    open: ({ namespace, listener }) =>
      new RedisStore({
        target: url(),
        namespace,
        listener,
        connections: 1,
        partitions: undefined,
        deadlineMs: 5000,
        connectMs: 2000,
        breaker: { errorThreshold: 0.5, volume: 10, resetAfterMs: 1000 },
        clock: systemClock,
        random: Math.random,
      }),
    pass: ms => pass(ms),
    flush: namespace => remove(`{${namespace}:*`),
    loseLog: namespace => remove(`{${namespace}:*}:l`),
    loseMeta: namespace => remove(`{${namespace}:*}:m`),
  }
}

describe('Redis keeps the protocol', () => {
  const admin = new Redis(inject('redisUrl'))
  afterAll(() => admin.disconnect())
  storeConformance(
    test,
    harness(
      () => inject('redisUrl'),
      () => admin,
    ),
  )
})

const binary = await findBinary()

// A Redis that others use cannot be left without memory: this one is our own.
describe.skipIf(binary === undefined)(
  'Redis keeps the protocol without memory (needs a redis-server)',
  () => {
    let server: Awaited<ReturnType<typeof startRedis>>
    let admin: Redis
    beforeAll(async () => {
      server = await startRedis()
      admin = new Redis(server.url)
    })
    afterAll(async () => {
      admin.disconnect()
      await server.stop()
    })
    storeConformance(test, {
      ...harness(
        () => server.url,
        () => admin,
      ),
      full: async full => {
        await admin.config('SET', 'maxmemory', full ? '1' : '0')
      },
    })
  },
)
