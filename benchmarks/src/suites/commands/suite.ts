import { setTimeout as wait } from 'node:timers/promises'
import { type Cache, createCache } from '@tiercache/core'
import { Redis } from 'ioredis'
import { committed } from '../../data.ts'
import type { Suite, SuiteOptions, SuiteResult } from '../suite.ts'
import { operations, type Operation } from './operations.ts'
import { Proxy } from './proxy.ts'

interface Cost {
  /** Until the call resolved. */
  readonly before: number
  /** With what runs behind the answer. */
  readonly all: number
  readonly sent: readonly string[]
  /** Commands Redis executed, those inside its scripts included. */
  readonly executed: number
}

const HEARTBEAT_MS = 500

/** What an operation costs in Redis. */
export const commands: Suite = {
  name: 'commands',
  about: 'commands and round trips to Redis per operation',
  run,
}

async function run({ environment, onProgress }: SuiteOptions): Promise<SuiteResult> {
  const proxy = await Proxy.start(environment.redisUrl)
  const control = new Redis(environment.redisUrl)
  const namespace = `bench-commands-${process.pid}`
  const writer = createCache({ redis: environment.redisUrl, namespace })
  const url = new URL(environment.redisUrl)
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  const cache = createCache({ redis: url.href, namespace })
  try {
    await Promise.all([writer.ready(), cache.ready()])
    for (const operation of operations) await operation.run(cache, 'warm') // scripts are sent once
    const rows = []
    for (const [at, operation] of operations.entries()) {
      onProgress(at / operations.length, operation.name)
      const cost = await costOf(operation, { cache, writer, proxy, control })
      rows.push({
        operation: operation.name,
        'round trips': cost.before,
        'with what runs behind': cost.all,
        'commands sent': cost.sent.length,
        executed: cost.executed,
        which: counted(cost.sent),
      })
    }
    return {
      tables: [
        {
          title: 'Redis per operation',
          note: 'round trips: until the call resolves, and in all; executed: commands Redis ran, those inside scripts included',
          columns: [
            'operation',
            'round trips',
            'with what runs behind',
            'commands sent',
            'executed',
            'which',
          ],
          rows,
        },
      ],
      failures: [],
    }
  } finally {
    await Promise.all([cache.close(), writer.close()])
    control.disconnect()
    proxy.stop()
  }
}

interface Bench {
  readonly cache: Cache
  readonly writer: Cache
  readonly proxy: Proxy
  readonly control: Redis
}

async function costOf(operation: Operation, { cache, writer, proxy, control }: Bench): Promise<Cost> {
  const id = operation.name.replaceAll(' ', '-')
  if (operation.inRedis === true) {
    for (const key of operation.keys(id)) await committed(() => writer.set(key, { key }))
    await wait(20) // until the other instance has heard of it
  }
  if (operation.inMemory !== undefined) await operation.inMemory(cache, id)
  await cache.idle()
  // The cache's heartbeat has just been sent: the next one comes later than this measurement ends.
  await proxy.quiet(2 * HEARTBEAT_MS)
  await wait(20)
  const executed = await executedBy(control)
  proxy.take()
  await operation.run(cache, id)
  const before = proxy.take()
  await cache.idle()
  await wait(20)
  const after = proxy.take()
  return {
    before: before.roundTrips,
    all: before.roundTrips + after.roundTrips,
    sent: [...before.commands, ...after.commands],
    executed: (await executedBy(control)) - executed,
  }
}

/** Calls of all commands but INFO, which asks for them. */
async function executedBy(control: Redis): Promise<number> {
  const text = await control.info('commandstats')
  const calls = [...text.matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm)]
  return calls.reduce((sum, [, name, count]) => (name === 'info' ? sum : sum + Number(count)), 0)
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count}× ${name}`)).join(', ')
}
