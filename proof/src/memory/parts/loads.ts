import { type Cache, createCache } from '@tiercache/core'
import { startRedis } from '@tiercache/redis-server'
import { pass } from '../../real/monotonic.ts'
import { census } from '../census.ts'
import { heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const HARD_MS = 60

/** Readers by the thousand at once, and loaders that never come back. */
export async function loadsPart({ quick }: Scale): Promise<Measured> {
  const readers = quick ? 5000 : 50_000
  const server = await startRedis()
  const cache = createCache({ redis: server.url, timeouts: { hard: `${HARD_MS}ms` } })
  try {
    await cache.ready()
    const checks: Check[] = []
    for (const [name, step] of Object.entries(steps(cache, readers))) {
      await step()
      await rest()
      const timers = countTimers()
      const before = heapNow().heap
      await step()
      await rest()
      checks.push(
        {
          what: `left behind by each of ${readers} ${name}`,
          is: (heapNow().heap - before) / readers,
          // A load that stayed would be a thousand.
          limit: 200,
          unit: 'bytes',
        },
        {
          what: `timers left by ${name}`,
          is: Math.max(0, countTimers() - timers),
          limit: 2,
          unit: 'entries',
        },
      )
    }
    const tables = census(cache)
    for (const name of [
      'Flights.#flights',
      'Loader.#loading',
      'Engine.#background',
      'Remote.#waiters',
      'Reader.#waiting',
    ]) {
      checks.push({ what: `${name} when all is done`, is: tables.get(name) ?? 0, limit: 0, unit: 'entries' })
    }
    const from = performance.now()
    await cache.close()
    checks.push({ what: 'closing after it', is: performance.now() - from, limit: 1000, unit: 'ms' })
    return { checks }
  } finally {
    await cache.close()
    await server.stop()
  }
}

function steps(cache: Cache, readers: number): Record<string, () => Promise<unknown>> {
  let round = 0
  const ask = (keyOf: (i: number) => string, load: () => unknown): Promise<unknown> => {
    return Promise.allSettled(Array.from({ length: readers }, (_, i) => cache.getOrSet(keyOf(i), load)))
  }
  return {
    'readers of one key': () =>
      ask(
        () => `hot:${round}`,
        () => pass(20).then(() => ++round),
      ),
    'loads that fail': () =>
      ask(
        i => `bad:${i}`,
        () => Promise.reject(new Error('the database is away')),
      ),
    'loads that never end': () =>
      ask(
        i => `hung:${i}`,
        () => new Promise(() => {}),
      ),
  }
}

/** Until a load that never ends is given up, and operations are no longer watched. */
function rest(): Promise<void> {
  return pass(HARD_MS * 3 + 400)
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}
