/** One instance of the marketplace, started by the demo as a child process. It lives no longer than its parent. */
import { rm } from 'node:fs/promises'
import { fastify } from 'fastify'
import { messageOf } from './cleanup.ts'
import { connect } from './database/connect.ts'
import { createReads } from './database/reads.ts'
import { slowedBy } from './database/slow.ts'
import { createWrites } from './database/writes.ts'
import { createDurations, summaryOf } from './measure/histogram.ts'
import type { FromInstance, InstanceConfig, ServiceCounts } from './protocol.ts'
import { openCache } from './service/cache.ts'
import { createInvalidate } from './service/invalidate.ts'
import { readRoutes } from './service/read-routes.ts'
import { writeRoutes } from './service/write-routes.ts'

const config = JSON.parse(process.argv[2] ?? '{}') as InstanceConfig
const origin = { instance: config.name, pid: process.pid }
const report = (message: FromInstance): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

const database = connect(config.databaseFile)
const cache = openCache(config)
const slowly = slowedBy(config.databaseMs)
const counts: ServiceCounts = { reads: 0, writes: 0, queries: { loads: 0, uncached: 0, writes: 0 } }
const memoryHits = createDurations()
const app = fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } })

readRoutes(app, { cache, reads: createReads(database), slowly, counts, memoryHits, origin })
writeRoutes(app, {
  writes: createWrites(database),
  slowly,
  invalidate: createInvalidate(cache, config.name, report),
  counts,
  origin,
})
app.get('/health/cache', () => cache.health())
app.get('/stats', () => ({
  ...origin,
  service: counts,
  memoryHits: summaryOf(memoryHits),
  cache: cache.stats(),
}))

let stopping = false
async function stop(): Promise<never> {
  if (stopping) return new Promise<never>(() => {})
  stopping = true
  await app.close().catch(() => {})
  await cache.close({ timeout: '1s' }).catch(() => {})
  database.close()
  process.exit(0)
}

// Ctrl-C reaches the whole process group; the parent decides when the instances stop.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => void stop())
process.on('message', message => {
  if (message === 'stop') void stop()
})
// The parent is gone, perhaps by SIGKILL: nobody else is left to remove the database.
process.on('disconnect', () => {
  if (stopping) return
  void rm(config.directory, { recursive: true, force: true }).finally(() => process.exit(0))
})
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    report({
      type: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    setImmediate(() => process.exit(1))
  })

try {
  await cache.ready()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('listens on no port')
  report({ type: 'ready', port: address.port })
} catch (error) {
  report({ type: 'failed', reason: messageOf(error) })
  setImmediate(() => process.exit(1))
}
