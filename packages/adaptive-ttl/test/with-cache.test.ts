import { type Cache, createCache } from '@tiercache/core'
import { fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type AdaptiveTtl, adaptiveTtl } from '../src/index.ts'
import { MINUTE } from './support.ts'

interface World {
  readonly clock: ManualClock
  /** What the origin has. */
  readonly origin: Map<string, number>
  readonly open: (ttl: AdaptiveTtl) => Promise<Cache>
  /** Reads keys every 30 seconds for an hour through a cache, while `news` changes with every read and `archive` never does. */
  readonly anHour: (cache: Cache) => Promise<void>
}

function world(): World {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  const origin = new Map([
    ['news', 0],
    ['archive', 0],
  ])
  const open = async (ttl: AdaptiveTtl): Promise<Cache> => {
    const cache = createCache({ redis, clock, random: () => 0, ttl, grace: '2h' })
    onTestFinished(async () => {
      const closing = cache.close()
      await clock.advance('1m')
      await closing
    })
    const ready = cache.ready()
    await clock.advance(100)
    await ready
    return cache
  }
  const anHour = async (cache: Cache): Promise<void> => {
    for (let i = 0; i < 120; i++) {
      for (const key of origin.keys()) await cache.getOrSet(key, () => origin.get(key))
      await cache.idle()
      origin.set('news', i)
      await clock.advance(30_000)
    }
  }
  return { clock, origin, open, anHour }
}

test('a cache keeps what does not change longer than what does, and can say why', async () => {
  const { open, anHour } = world()
  const cache = await open(adaptiveTtl({ staleTarget: 0.05 }))
  await anHour(cache)
  const [news, archive] = [await cache.explain('news'), await cache.explain('archive')]
  expect(Number(news.ttl?.['changeEveryMs'])).toBeLessThan(2 * MINUTE)
  expect(Number(archive.ttl?.['changeEveryMs'])).toBeGreaterThan(10 * MINUTE)
  expect(Number(archive.ttl?.['ttlMs'])).toBeGreaterThan(5 * Number(news.ttl?.['ttlMs']))
  expect(Number(archive.ttl?.['readEveryMs'])).toBeCloseTo(30_000, -4)
  expect(archive.memory?.ageMs).toBeGreaterThan(0)
})

test('another instance begins with what the first has learnt', async () => {
  const { open, anHour, clock, origin } = world()
  const one = await open(adaptiveTtl())
  await anHour(one)
  await clock.advance('30m')
  const two = await open(adaptiveTtl())
  for (const key of origin.keys()) await two.getOrSet(key, () => origin.get(key))
  await two.idle()
  const inherited = await two.explain('archive')
  expect(Number(inherited.ttl?.['loads'])).toBeGreaterThan(3)
  expect(Number(inherited.ttl?.['changeEveryMs'])).toBeGreaterThan(10 * MINUTE)
})

test('what is invalidated in time is known to change, and is served to nobody', async () => {
  const { open, clock } = world()
  const policy = adaptiveTtl({ maxTtl: '1h' })
  const cache = await open(policy)
  for (let i = 0; i < 400; i++) {
    await cache.getOrSet('a', () => i)
    await cache.idle()
    await clock.advance(20_000)
    await cache.delete('a')
  }
  await cache.getOrSet('a', () => -1)
  const { ttl } = await cache.explain('a')
  expect(Number(ttl?.['changeEveryMs'])).toBeGreaterThan(10_000)
  expect(Number(ttl?.['changeEveryMs'])).toBeLessThan(40_000)
  expect(policy.stats().achieved).toBe(0)
})

test('a type of key takes a policy for its own values as it is', async () => {
  const clock = manualClock()
  const types = { report: adaptiveTtl<{ etag: string }>({ initialTtl: '10s', version: one => one.etag }) }
  const cache = createCache({ clock, jitter: 0, ttl: '1h', types })
  await cache.set(['report', 1], { etag: 'a' })
  await cache.set(['other', 1], { etag: 'a' })
  expect((await cache.getEntry(['report', 1]))?.ttlMs).toBe(10_000)
  expect((await cache.getEntry(['other', 1]))?.ttlMs).toBe(3_600_000)
  expect((await cache.explain(['report', 1])).ttl).toMatchObject({ loads: 0 })
})
