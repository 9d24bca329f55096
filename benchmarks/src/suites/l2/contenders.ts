import { createCache } from '@tiercache/core'
import { Redis } from 'ioredis'
import { committed, pageOf, type Page } from '../../data.ts'
import type { Contender, Contenders, Environment, Figures, Run } from '../../run/contender.ts'
import { KEYS, type L2Task, loop, type Read } from './time.ts'

type L2 = Contender<L2Task, Figures>

export const SIZES: readonly number[] = [1024, 10_240]
export const ANCHOR = 'ioredis GET'

const AT_ONCE = 32

/** All on one connection. What ioredis reads is JSON, as written by a program without tiercache. */
export const contenders: Contenders<L2Task, Figures> = {
  // Autopipelined, a string, not decoded: the bar.
  [ANCHOR]: raw(client => async (index, bytes) => (await client.get(rawKey(index, bytes))) !== null),
  // The bytes, not decoded.
  'ioredis GET, Buffer': raw(
    client => async (index, bytes) => (await client.getBuffer(rawKey(index, bytes))) !== null,
  ),
  // What a program has to do to use the value.
  'ioredis GET and JSON.parse': raw(client => async (index, bytes) => {
    const text = await client.get(rawKey(index, bytes))
    return text !== null && (JSON.parse(text) as Page).rows.length > 0
  }),
  'tiercache get': tiercache,
}

function raw(reader: (client: Redis) => Read): L2 {
  return ({ redisUrl }) => {
    const client = new Redis(redisUrl, { enableAutoPipelining: true })
    const fill = (bytes: number): Promise<void> =>
      inBatches(index => client.set(rawKey(index, bytes), JSON.stringify(pageOf(index, bytes))))
    return loop(fill, reader(client))
  }
}

async function tiercache({ redisUrl }: Environment): Promise<Run<L2Task, Figures>> {
  const cache = createCache({ memory: false, redis: redisUrl, namespace: 'bench-l2', ttl: '1h' })
  await cache.ready()
  const fill = (bytes: number): Promise<void> =>
    inBatches(index => committed(() => cache.set(ownKey(index, bytes), pageOf(index, bytes))))
  return loop(
    fill,
    async (index, bytes) => ((await cache.get<Page>(ownKey(index, bytes)))?.rows.length ?? 0) > 0,
  )
}

async function inBatches(write: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => write(from + i)))
  }
}

function rawKey(index: number, bytes: number): string {
  return `bench-l2-raw:${bytes}:${index}`
}

function ownKey(index: number, bytes: number): string {
  return `page:${bytes}:${index}`
}
