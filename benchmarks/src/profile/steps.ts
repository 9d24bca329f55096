import { createCache } from '@tiercache/core'
import { LRUCache } from 'lru-cache'
import { committed, keysOf, pageOf, shuffled } from '../data.ts'

/** Reads in one call. */
export const READS = 65_536
const KEYS = 4096
const order = shuffled(KEYS, READS)
const keys = keysOf(KEYS)
const ordered = order.map(at => keys[at] ?? '')

/** Does `READS` reads and says how many found something. */
export type Reads = () => number | Promise<number>

/** A part of a hit and all that comes before it. What it takes longer than the one before is what the part costs. */
export interface Step {
  readonly name: string
  readonly make: (redisUrl: string) => Reads | Promise<Reads>
}

interface Held {
  readonly value: object
  readonly until: number
}

/** A hit in memory, put together piece by piece. */
export const steps: readonly Step[] = [
  {
    name: 'the loop and its keys',
    make: () => synchronous(key => key.charCodeAt(0)),
  },
  { name: 'Map.get', make: () => synchronous(keyed(new Map<string, Held>())) },
  { name: 'lru-cache get, no ttl', make: () => synchronous(keyed(lru())) },
  {
    name: 'the same, and is it fresh',
    make() {
      const get = keyed(lru())
      const clock = { now: 1 }
      return synchronous(key => {
        const held = get(key)
        return held !== undefined && clock.now < held.until ? held.value : undefined
      })
    },
  },
  {
    name: 'getSync, memory only',
    async make() {
      const cache = await filled(createCache({ ttl: '1h', memory: { maxEntries: KEYS * 2 } }))
      return synchronous(key => cache.getSync(key))
    },
  },
  {
    name: 'getSync, Redis attached',
    async make(redisUrl) {
      const cache = await filled(attached(redisUrl))
      return synchronous(key => cache.getSync(key))
    },
  },
  { name: 'Map.get, and await its plain value', make: () => awaited(keyed(new Map<string, Held>())) },
  {
    name: 'Map.get, and await the promise it keeps',
    make() {
      const promises = new Map(keys.map(key => [key, Promise.resolve(key)]))
      return awaited(key => promises.get(key))
    },
  },
  {
    name: 'awaited get, Redis attached',
    async make(redisUrl) {
      const cache = await filled(attached(redisUrl))
      return awaited(key => cache.get(key))
    },
  },
  {
    name: 'awaited getOrSet, Redis attached',
    async make(redisUrl) {
      const cache = await filled(attached(redisUrl))
      const load = (): object => ({})
      return awaited(key => cache.getOrSet(key, load))
    },
  },
]

type OwnCache = ReturnType<typeof createCache>

function attached(redisUrl: string): OwnCache {
  return createCache({
    redis: redisUrl,
    namespace: `bench-profile-${process.pid}`,
    ttl: '1h',
    memory: { maxEntries: KEYS * 2 },
    // Long, so that what is measured is a hit also on a machine that is busy elsewhere.
    timeouts: { redis: '5s' },
    maxStaleness: '1m',
  })
}

const AT_ONCE = 32

async function filled(cache: OwnCache): Promise<OwnCache> {
  await cache.ready()
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE)
    await Promise.all(some.map((key, at) => committed(() => cache.set(key, pageOf(from + at, 200)))))
  }
  return cache
}

function lru(): LRUCache<string, Held> {
  return new LRUCache({ max: KEYS * 2 })
}

function keyed(store: {
  get(key: string): Held | undefined
  set(key: string, held: Held): unknown
}): (key: string) => Held | undefined {
  for (const [at, key] of keys.entries()) store.set(key, { value: pageOf(at, 200), until: 1e9 })
  return key => store.get(key)
}

function synchronous(read: (key: string) => unknown): Reads {
  return () => {
    let found = 0
    for (const key of ordered) if (read(key) !== undefined) found++
    return found
  }
}

function awaited(read: (key: string) => unknown): Reads {
  return async () => {
    let found = 0
    for (const key of ordered) if ((await read(key)) !== undefined) found++
    return found
  }
}
