import { type CacheOptions, createCache } from '@tiercache/core'
import { startRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { pass } from '../../real/monotonic.ts'
import { heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const ROUNDS = 5

/** Caches that are made, used and closed: they take everything with them. */
export async function cyclesPart({ quick }: Scale): Promise<Measured> {
  const cycles = quick ? 60 : 1000
  const server = await startRedis()
  const client = new Redis(server.url)
  const checks: Check[] = []
  const rows: (string | number)[][] = []
  try {
    await client.ping()
    const kinds: Readonly<Record<string, CacheOptions>> = {
      'without Redis': {},
      'with connections of its own': { redis: server.url },
      'with a client it was given': { redis: client },
    }
    for (const [kind, options] of Object.entries(kinds)) {
      for (let i = 0; i < 30; i++) await cycle(options, i)
      const before = await census(client)
      const bytes: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const from = heapNow().all
        for (let i = 0; i < cycles / ROUNDS; i++) await cycle(options, i)
        await pass(300)
        bytes.push((heapNow().all - from) / (cycles / ROUNDS))
      }
      const after = await census(client)
      const each = Math.max(0, Math.min(...bytes))
      const more = (name: keyof Leftovers): number => Math.max(0, after[name] - before[name])
      checks.push(
        { what: `left behind by each cache ${kind}`, is: each, limit: 4096, unit: 'bytes' },
        { what: `handles left by ${cycles} caches ${kind}`, is: more('handles'), limit: 0, unit: 'entries' },
        {
          what: `listeners left by ${cycles} caches ${kind}`,
          is: more('listeners'),
          limit: 0,
          unit: 'entries',
        },
        {
          what: `connections left by ${cycles} caches ${kind}`,
          is: more('connections'),
          limit: 0,
          unit: 'entries',
        },
      )
      rows.push([kind, Math.round(each), more('handles'), more('listeners'), more('connections')])
    }
  } finally {
    client.disconnect()
    await server.stop()
  }
  return {
    checks,
    tables: [
      {
        title: `What ${cycles} caches leave behind that were made, used and closed`,
        columns: ['cache', 'bytes each', 'timers and sockets', 'listeners', 'connections of Redis'],
        rows: rows.map(cells => ({ cells })),
      },
    ],
  }
}

async function cycle(options: CacheOptions, i: number): Promise<void> {
  const cache = createCache({ ...options, namespace: `shop${i % 10}` })
  await cache.ready()
  await cache.getOrSet(`key:${i}`, () => ({ i }), { tags: ['all'] })
  await cache.deleteByTag('all')
  await cache.close()
}

interface Leftovers {
  readonly handles: number
  readonly listeners: number
  readonly connections: number
}

async function census(client: Redis): Promise<Leftovers> {
  await pass(200)
  const emitters: readonly NodeJS.EventEmitter[] = [process, client]
  const listeners = emitters.flatMap(emitter =>
    emitter.eventNames().map(event => emitter.listenerCount(event)),
  )
  return {
    handles: process.getActiveResourcesInfo().length,
    listeners: listeners.reduce((sum, count) => sum + count, 0),
    connections: Number(/^connected_clients:(\d+)/m.exec(await client.info('clients'))?.[1]),
  }
}
