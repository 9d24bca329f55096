import { type Cache, createCache } from '@tiercache/core'
import { Redis } from 'ioredis'
import { now } from '../now.ts'
import { committed, pageOf } from '../data.ts'

/** What operations cost the server: not how long they took, but how long its processor was at work, and what it sent. */
export interface RedisCost {
  readonly operation: string
  /** Instances that listen, the one that asks among them. */
  readonly instances: number
  readonly cpuUs: number
  readonly bytesOut: number
}

const AT_ONCE = 64
/** What is measured is not time, so a busy machine may take its own. */
const timeouts = { redis: '5s' } as const

/** Measures them, so many operations each, one kind after the other. The server must be at nobody else's service. */
export async function redisCosts(
  redisUrl: string,
  operations: number,
  onProgress: (share: number, what: string) => void,
): Promise<RedisCost[]> {
  const probe = new Redis(redisUrl)
  const caches: Cache[] = []
  const costs: RedisCost[] = []
  const grow = async (count: number): Promise<void> => {
    while (caches.length < count)
      caches.push(
        createCache({ redis: redisUrl, namespace: 'bench-cost', memory: false, ttl: '1h', timeouts }),
      )
    await Promise.all(caches.map(cache => cache.ready()))
  }
  const measure = async (
    operation: string,
    run: (at: number) => Promise<unknown>,
    atOnce = AT_ONCE,
  ): Promise<void> => {
    const instances = caches.length
    onProgress(costs.length / 9, `${operation}, ${instances} instances`)
    await many(operations / 8, atOnce, run)
    const before = await serverOf(probe)
    await many(operations, atOnce, run)
    const after = await serverOf(probe)
    costs.push({
      operation,
      instances,
      cpuUs: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / operations,
      bytesOut: (after.bytesOut - before.bytesOut) / operations,
    })
  }
  try {
    await grow(1)
    const cache = (): Cache => caches[0] as Cache
    await measure('set, 1 KB', at => committed(() => cache().set(`page:${at}`, pageOf(at, 1024))))
    await measure('hit in Redis, 1 KB', at => cache().get(`page:${at}`))
    await measure('miss, load and fill', at => cache().getOrSet(`new:${now()}:${at}`, () => pageOf(at, 1024)))
    const remove = (at: number): Promise<void> => committed(() => cache().delete(`page:${at}`))
    for (const instances of [1, 2, 4, 8]) {
      await grow(instances)
      await measure('delete', remove, 1)
    }
    await measure(`delete, ${AT_ONCE} at once`, remove)
    costs.push(await idle(caches, probe))
    return costs
  } finally {
    probe.disconnect()
    await Promise.all(caches.map(cache => cache.close({ timeout: '1s' })))
  }
}

const IDLE_SECONDS = 4

/** What an instance costs in a second in which nobody asks it for anything. */
async function idle(caches: readonly Cache[], probe: Redis): Promise<RedisCost> {
  const before = await serverOf(probe)
  await new Promise(resolve => setTimeout(resolve, IDLE_SECONDS * 1000))
  const after = await serverOf(probe)
  const each = caches.length * IDLE_SECONDS
  return {
    operation: 'an idle second of an instance',
    instances: caches.length,
    cpuUs: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / each,
    bytesOut: (after.bytesOut - before.bytesOut) / each,
  }
}

async function many(count: number, atOnce: number, run: (at: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => run(from + at)))
}

async function serverOf(probe: Redis): Promise<{ cpuSeconds: number; bytesOut: number }> {
  const info = await probe.info()
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
  return {
    cpuSeconds: field('used_cpu_user') + field('used_cpu_sys'),
    bytesOut: field('total_net_output_bytes'),
  }
}
