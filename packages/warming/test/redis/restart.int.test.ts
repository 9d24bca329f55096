import { randomBytes } from 'node:crypto'
import { type Cache, createCache } from '@tiercache/core'
import { expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'
import { createWarmer, list } from '../../src/index.ts'
import { drifting, missesOf, requestsUntil } from './traffic.ts'

const CAPACITY = 1000
const namespace = (): string => `warming-${randomBytes(6).toString('hex')}`

async function open(space: string): Promise<Cache> {
  const redis = inject('redisUrl')
  // What is promised here is promised while Redis answers in time, which on a busy machine takes a while.
  const cache = createCache({
    timeouts: { redis: '5s' },
    redis,
    namespace: space,
    ttl: '1h',
    jitter: 0,
    memory: { maxEntries: CAPACITY },
  })
  await cache.ready()
  return cache
}

/** Reads keys in turn; for each whether memory lacked it. */
async function read(cache: Cache, keys: readonly string[]): Promise<boolean[]> {
  const missed: boolean[] = []
  for (const key of keys) {
    missed.push(cache.getSync(key) === undefined)
    if (missed.at(-1)) await cache.getOrSet(key, () => `value of ${key}`)
  }
  return missed
}

test(
  'a restart costs a fraction of the misses, and of the time until memory answers as before',
  { timeout: 120_000 },
  async () => {
    const space = namespace()
    const trace = drifting({ keys: 20_000, requests: 14_000, seed: 7 })
    const [before, after] = [trace.slice(0, 10_000), trace.slice(10_000)]

    await using whole = await open(space)
    const first = createWarmer(whole)
    await first.ready()
    // Saved along the way, as every minute would.
    for (let from = 0; from < before.length; from += 1000) {
      await read(whole, before.slice(from, from + 1000))
      await whole.idle()
      await first.save()
    }
    await first.stop()
    const steady = 1 - missesOf(await read(whole, after)) / after.length
    await whole.idle()

    await using cold = await open(space)
    const coldMisses = await read(cold, after)

    await using warm = await open(space)
    const warmer = createWarmer(warm, { snapshot: { critical: true, every: '1h' } })
    const [report] = await warmer.ready()
    const loads = warm.stats().loads
    const warmMisses = await read(warm, after)
    await warmer.stop()

    expect(report).toMatchObject({ source: 'snapshot', ended: 'done', loaded: 0 })
    expect(loads).toBe(0)
    const saved = 1 - missesOf(warmMisses.slice(0, CAPACITY)) / missesOf(coldMisses.slice(0, CAPACITY))
    expect(saved).toBeGreaterThan(0.25)
    const goal = 0.9 * steady
    expect(requestsUntil(warmMisses, goal, 200)).toBeLessThanOrEqual(0.3 * CAPACITY)
    // A control: the cold instance is not there by then.
    expect(requestsUntil(coldMisses, goal, 200)).toBeGreaterThan(0.3 * CAPACITY)
  },
)

test('of several instances that start together one loads', { timeout: 60_000 }, async () => {
  const space = namespace()
  const keys = Array.from({ length: 300 }, (_, i) => `page:${i}`)
  const caches = await Promise.all([open(space), open(space), open(space)])
  const loaded: string[] = []
  const load = async (key: string): Promise<string> => {
    loaded.push(key)
    await new Promise(resolve => setImmediate(resolve))
    return `value of ${key}`
  }
  const sources = { pages: list(keys, { load, critical: true }) }
  const warmers = caches.map(cache => createWarmer(cache, { sources, concurrency: 8 }))
  const reports = (await Promise.all(warmers.map(warmer => warmer.ready()))).flat()
  expect(loaded.toSorted()).toStrictEqual(keys.toSorted())
  expect(reports.filter(({ led }) => led)).toMatchObject([{ loaded: 300, failed: 0, ended: 'done' }])
  for (const cache of caches) expect(keys.filter(key => cache.getSync(key) === undefined)).toStrictEqual([])
  await Promise.all(warmers.map(warmer => warmer.stop()))
  await Promise.all(caches.map(cache => cache.close()))
})
