import { setTimeout as wait } from 'node:timers/promises'
import { type Cache, createCache } from '@tiercache/core'
import { startRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { census } from '../census.ts'
import { heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'
import { overLimits } from '../table-bounds.ts'
import { until } from '../../real/monotonic.ts'

const MB = 2 ** 20
const TAGS_A_CALL = 64
const KEYS_A_CALL = 100
const AT_ONCE = 16
const META = '{tiercache:0}:m'
const LOG = '{tiercache:0}:l'

/** Two instances on one Redis, and ever new tags, keys, namespaces and values. */
export async function namesPart({ quick }: Scale): Promise<Measured> {
  const names = quick ? 60_000 : 1_000_000
  const server = await startRedis()
  const redis = new Redis(server.url)
  const [caller, hearer] = [createCache({ redis: server.url }), createCache({ redis: server.url })]
  try {
    await Promise.all([caller.ready(), hearer.ready()])
    const before = heapNow().heap
    const redisBefore = await usedMemory(redis)
    await many(names / TAGS_A_CALL, i => caller.deleteByTag(list(TAGS_A_CALL, n => `tag:${i}:${n}`)))
    await many(names / KEYS_A_CALL, i => caller.deleteMany(list(KEYS_A_CALL, n => `key:${i}:${n}`)))
    await many(names / 20, i => caller.namespace(`space:${i}`).clear())
    for (let i = 0; i < names; i++) hearer.namespace(`tenant:${i}`).getSync('settings')
    await many(names / 20, i => load(i % 2 === 0 ? caller : hearer, i))
    const both = [caller, hearer]
    await until(10_000, () => both.every(cache => cache.stats().coherence === 'coherent'))
    await Promise.all(both.map(cache => cache.idle()))
    // Operations are watched until their deadline has passed, and leases end by themselves.
    await wait(2000)
    const tables = both.map(cache => census(cache))
    const redisGrown = (await usedMemory(redis)) - redisBefore
    const checks: Check[] = [
      {
        what: `heap of two instances after ${names} of each`,
        is: heapNow().heap - before,
        limit: 96 * MB,
        unit: 'bytes',
      },
      { what: 'fields of the meta hash', is: await redis.hlen(META), limit: 2 * 65_537 + 3, unit: 'entries' },
      { what: 'records of the log', is: await redis.xlen(LOG), limit: 10_200, unit: 'entries' },
      { what: 'leases left', is: await countKeys(redis, '{tiercache:0}:L:*'), limit: 0, unit: 'entries' },
      { what: 'Redis, values aside', is: redisGrown, limit: 128 * MB, unit: 'bytes' },
      { what: 'invalidations that wait', is: deferredOf(both), limit: 0, unit: 'entries' },
      ...tables.flatMap(table => overLimits(table)),
    ]
    return {
      checks,
      tables: [
        {
          title: `Tables of a living instance after ${names} tags, keys and namespaces each`,
          columns: ['table', 'of the caller', 'of the other'],
          rows: [...(tables[0] ?? [])]
            .filter(([, size]) => size > 8)
            .map(([name, size]) => ({ cells: [name, size, tables[1]?.get(name) ?? 0] })),
        },
        {
          title: 'In Redis, for each partition',
          columns: ['key', 'entries', 'bytes', 'bytes each'],
          rows: await Promise.all([
            redisRow(redis, META, await redis.hlen(META)),
            redisRow(redis, LOG, await redis.xlen(LOG)),
          ]),
        },
      ],
    }
  } finally {
    await Promise.all([caller.close(), hearer.close()])
    redis.disconnect()
    await server.stop()
  }
}

/** A value that is loaded, stored and soon gone again. */
function load(cache: Cache, i: number): Promise<unknown> {
  const options = { tags: [`of:${i}`], ttl: '1s' } as const
  return cache.getOrSet(['thing', i], () => ({ id: i }), options)
}

/** Runs a step so many times, a few at a time. */
async function many(times: number, step: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < times; from += AT_ONCE) {
    await Promise.all(list(Math.min(AT_ONCE, times - from), n => step(from + n)))
  }
}

function list<T>(length: number, of: (n: number) => T): T[] {
  return Array.from({ length: Math.floor(length) }, (_, n) => of(n))
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}

async function countKeys(redis: Redis, pattern: string): Promise<number> {
  let count = 0
  for await (const keys of redis.scanStream({ match: pattern, count: 1000 }))
    count += (keys as string[]).length
  return count
}

async function redisRow(redis: Redis, key: string, entries: number): Promise<{ cells: (string | number)[] }> {
  const bytes = (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0
  return { cells: [key, entries, bytes, Math.round(bytes / Math.max(1, entries))] }
}

function deferredOf(caches: readonly Cache[]): number {
  return Math.max(...caches.map(cache => cache.stats().invalidations.deferred))
}
