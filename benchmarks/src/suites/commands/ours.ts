import { setTimeout as wait } from 'node:timers/promises'
import { type Cache, createCache } from '@tiercache/core'
import { committed } from '../../data.ts'
import type { SuiteOptions } from '../suite.ts'
import type { Cost, Meter } from './costs.ts'
import { type Operation, operations } from './operations.ts'

const HEARTBEAT_MS = 500

/** What each operation of tiercache costs, by its name. */
export async function ownCosts(
  meter: Meter,
  { environment: { redisUrl }, onProgress }: Pick<SuiteOptions, 'environment' | 'onProgress'>,
): Promise<Map<string, Cost>> {
  const namespace = `bench-commands-${process.pid}`
  const writer = createCache({ redis: redisUrl, namespace })
  const cache = createCache({ redis: meter.url, namespace })
  try {
    await Promise.all([writer.ready(), cache.ready()])
    for (const operation of operations) await operation.run(cache, 'warm') // scripts are sent once
    const costs = new Map<string, Cost>()
    for (const [at, operation] of operations.entries()) {
      onProgress(at / operations.length, operation.name)
      costs.set(operation.name, await costOf(operation, cache, writer, meter))
    }
    return costs
  } finally {
    await Promise.all([cache.close(), writer.close()])
  }
}

async function costOf(operation: Operation, cache: Cache, writer: Cache, meter: Meter): Promise<Cost> {
  const id = operation.name.replaceAll(' ', '-')
  if (operation.inRedis === true) {
    for (const key of operation.keys(id)) await committed(() => writer.set(key, { key }))
    await wait(20) // until the other instance has heard of it
  }
  if (operation.inMemory !== undefined) await operation.inMemory(cache, id)
  await cache.idle()
  // The cache's heartbeat has just been sent: the next one comes later than this measurement ends.
  await meter.proxy.quiet(2 * HEARTBEAT_MS)
  return meter.costOf(
    () => operation.run(cache, id),
    () => cache.idle(),
  )
}
