// A process that uses a cache, closes it, says so, and must then end by itself. Whatever it prints is a complaint.
import { Redis } from 'ioredis'
import { type Cache, createCache } from '../../../src/index.ts'

export type Scenario =
  | 'used'
  | 'disposed'
  | 'loading'
  | 'sentinelless'
  | 'client'
  | 'bulk'
  | 'early'
  | 'handshakes'

const [scenario, url, namespace] = process.argv.slice(2) as [Scenario, string, string]
const options = { redis: url, namespace, timeouts: { redis: '100ms', connect: '200ms' } } as const

process.on('unhandledRejection', error => {
  console.error('Unhandled', error)
  process.exitCode = 1
})

const scenarios: Record<Scenario, () => Promise<void>> = {
  used: async () => {
    const cache = createCache(options)
    await use(cache)
    await cache.close({ timeout: '500ms' })
  },
  disposed: async () => {
    await using cache = createCache(options)
    await use(cache)
  },
  loading: async () => {
    const cache = createCache(options)
    await cache.ready()
    const loading = cache.getOrSet('slow', ({ signal }) => aborted(signal)).catch(() => {})
    const reading = cache.get('k')
    await cache.close({ timeout: '100ms' })
    await Promise.all([loading, reading.catch(() => {})])
  },
  sentinelless: async () => {
    const cache = createCache()
    await use(cache)
    await cache.close()
  },
  client: async () => {
    const client = new Redis(url)
    const cache = createCache({ ...options, redis: client })
    await use(cache)
    await cache.close()
    await client.quit()
  },
  bulk: async () => {
    const cache = createCache({ ...options, connections: 2 })
    const users = cache.namespace('users')
    await users.setMany([[['user', 1], { id: 1 }]])
    await users.getOrSetMany(
      [
        ['user', 1],
        ['user', 2],
      ],
      keys => keys.map(() => ({ id: 0 })),
    )
    await cache.clear()
    await cache.close()
  },
  handshakes: async () => {
    // One after the other, each closed a little later in its handshake; half of them trust the server.
    for (let i = 0; i < 80; i++) {
      const tls = { rejectUnauthorized: i % 2 === 0 }
      const cache = createCache({ ...options, redis: { url, tls } })
      cache.on('error', () => {})
      await new Promise(resolve => setTimeout(resolve, (i >> 1) % 5))
      await cache.close({ timeout: '100ms' })
    }
  },
  early: async () => {
    const cache = createCache(options)
    await cache.close({ timeout: '100ms' })
  },
}

/** A load that goes on until it is told not to. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

async function use(cache: Cache): Promise<void> {
  await cache.getOrSet('k', () => 1, { tags: ['t'] })
  await cache.set('k', 2)
  await cache.delete('k')
  await cache.deleteByTag('t')
  await cache.get('k')
}

await scenarios[scenario]()
process.send?.('closed')
process.disconnect?.()
