import { createCache } from '@tiercache/core'
import { startRedis } from '@tiercache/redis-server'
import { heapNow } from '../heap.ts'
import type { Measured, Scale } from '../part.ts'

const MB = 2 ** 20
const LIMIT = 4 * MB
const ROWS = 50
/** How much more than `maxBytes` the values kept may really take. */
const MOST = 2.5

/** A memory with a limit in bytes, filled with what Redis had: what it really takes. */
export async function filledPart({ quick }: Scale): Promise<Measured> {
  const pages = quick ? 1000 : 4000
  const server = await startRedis()
  const writer = createCache({ redis: server.url, memory: false, ttl: '1h' })
  const reader = createCache({ redis: server.url, memory: { maxEntries: pages, maxBytes: LIMIT }, ttl: '1h' })
  try {
    await Promise.all([writer.ready(), reader.ready()])
    const keys = Array.from({ length: pages }, (_, i) => `page:${i}`)
    for (let from = 0; from < pages; from += 100) {
      await writer.setMany(keys.slice(from, from + 100).map((key, i) => [key, page(from + i)]))
    }
    await reader.getMany(keys.slice(0, 5)) // what is compiled and connected is no value
    const before = heapNow().all
    for (let from = 0; from < pages; from += 100) await reader.getMany(keys.slice(from, from + 100))
    const taken = heapNow().all - before
    const { entries, bytes } = reader.stats().memory
    return {
      checks: [
        { what: 'bytes by estimate of what was read from Redis', is: bytes, limit: LIMIT, unit: 'bytes' },
        {
          what: `what ${entries} pages of rows really take, of a limit of 4 MB`,
          is: taken,
          limit: MOST * LIMIT,
          unit: 'bytes',
        },
      ],
    }
  } finally {
    await Promise.all([writer.close(), reader.close()])
    await server.stop()
  }
}

function page(i: number): Record<string, unknown>[] {
  return Array.from({ length: ROWS }, (_, n) => {
    return {
      id: i * ROWS + n,
      name: `name ${n}`,
      price: n * 1.25,
      active: n % 2 === 0,
      tags: ['a', `b${n}`],
      at: new Date(n),
    }
  })
}
