// One instance of a soak, in a process of its own: `node --expose-gc instance.ts <setup as JSON>`.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createCache } from '@tiercache/core'
import { census } from '../memory/census.ts'
import { heapNow } from '../memory/heap.ts'
import { overLimits } from '../memory/table-bounds.ts'
import { randomOf } from '../random.ts'
import { pass, until } from '../real/monotonic.ts'
import { Database } from './database.ts'
import type { News, Order, Sample, Setup } from './messages.ts'
import { Workload } from './workload.ts'

const FACTS_EVERY_MS = 200
const SETTLE_MS = 15_000
const DELTA_MS = 2000

const setup = JSON.parse(process.argv[2] ?? '{}') as Setup
const cache = createCache({
  redis: setup.redisUrl,
  namespace: 'soak',
  memory: { maxEntries: 3000, maxBytes: '16mb' },
  ttl: '1m',
})
const database = new Database(setup.databaseUrl)
const random = randomOf(setup.seed * 1000 + setup.instance)
const workload = new Workload(cache, database, random, setup, text => tell({ type: 'violation', text }))
const delay = monitorEventLoopDelay({ resolution: 10 })
let errors = 0

cache.on('error', () => errors++)
process.on('message', (order: Order) => void obey(order))
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {}) // of the terminal; the soak says when it is over
delay.enable()
await cache.ready()
tell({ type: 'ready' })

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'begin':
      workload.begin()
      setInterval(() => tell({ type: 'facts', ...workload.take() }), FACTS_EVERY_MS)
      return
    case 'sample':
      return tell({ type: 'sample', sample: sample(order.tables) })
    case 'stall':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms)
      return
    case 'settle': {
      workload.end()
      await until(
        SETTLE_MS,
        () => cache.stats().invalidations.deferred === 0 && cache.stats().coherence === 'coherent',
      )
      await pass(DELTA_MS)
      const { deferred } = cache.stats().invalidations
      return tell({ type: 'settled', versions: await workload.versions(), deferred })
    }
    case 'end':
      await cache.close()
      database.close()
      process.exit()
  }
}

function sample(tables: boolean): Sample {
  const lagMs = delay.max / 1e6
  const { heap } = heapNow()
  const { rss, external } = process.memoryUsage()
  const { hits, misses, loads, invalidations, coherence } = cache.stats()
  const found = tables ? census(cache) : new Map<string, number>()
  const beyond = tables
    ? overLimits(found).flatMap(({ what, is, limit }) => (is > limit ? [`${what}: ${is} of ${limit}`] : []))
    : []
  delay.reset()
  return {
    heap,
    rss,
    external,
    lagMs: Number.isFinite(lagMs) ? lagMs : 0,
    reads: workload.reads,
    hits,
    misses,
    loads,
    writes: workload.writes,
    deferred: invalidations.deferred,
    errors,
    timeouts: workload.timeouts,
    coherent: coherence === 'coherent',
    tables: [...found].filter(([, size]) => size > 16),
    beyond,
  }
}

function tell(news: News): void {
  if (process.connected) process.send?.(news)
}
