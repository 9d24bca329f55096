import { randomBytes } from 'node:crypto'
import { type Cache, createCache } from '@tiercache/core'
import { expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'
import { predict } from '../../src/index.ts'
import { chance } from './traffic.ts'

const PARTS = ['user', 'team', 'plan', 'limits', 'flags', 'menu']
const USERS = 60

async function open(): Promise<Cache> {
  const cache = createCache({
    // What is promised here is promised while Redis answers in time, which on a busy machine takes a while.
    timeouts: { redis: '5s' },
    redis: inject('redisUrl'),
    namespace: `predict-${randomBytes(6).toString('hex')}`,
    ttl: '1h',
    jitter: 0,
    memory: { maxEntries: 60 },
  })
  await cache.ready()
  return cache
}

/** Reads one after another, each when all that was asked of Redis before has come. */
async function request(cache: Cache, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await cache.getOrSet(key, () => `value of ${key}`)
    await new Promise(resolve => setImmediate(resolve))
    await cache.idle()
  }
}

test(
  'of a chain of six keys that requests read, one is waited for instead of six',
  { timeout: 120_000 },
  async () => {
    await using cache = await open()
    using predictor = predict(cache)
    const round = async (): Promise<number> => {
      const before = cache.stats().memory.misses
      for (let user = 0; user < USERS; user++) {
        const keys = PARTS.map(part => `${part}:${user}`)
        await predictor.within(() => request(cache, keys))
      }
      return cache.stats().memory.misses - before
    }
    const misses: number[] = []
    for (let i = 0; i < 9; i++) misses.push(await round())
    // Memory holds ten users of sixty.
    expect(misses.slice(0, 3)).toStrictEqual([6 * USERS, 6 * USERS, expect.any(Number)])
    expect(misses.at(-1)).toBe(USERS)
    const { precision, used, prefetched, late } = predictor.stats()
    expect([precision, late]).toStrictEqual([1, 0])
    expect(used).toBe(prefetched)
    expect(cache.stats().loads).toBe(6 * USERS)
  },
)

test(
  'where nothing follows from anything, Redis is asked for nothing more',
  { timeout: 60_000 },
  async () => {
    await using cache = await open()
    using predictor = predict(cache)
    const random = chance(3)
    for (let i = 0; i < 200; i++) {
      const keys = Array.from({ length: 6 }, () => `key:${Math.floor(random() * 200)}`)
      await predictor.within(() => request(cache, keys))
    }
    expect(predictor.stats()).toMatchObject({ on: false, prefetched: 0 })
    expect(predictor.stats().keys).toBeGreaterThan(150)
  },
)
