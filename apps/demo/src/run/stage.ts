import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startBalancer, type Balancer } from '../balancer/balancer.ts'
import { createChecker, type Checker } from '../check/checker.ts'
import { createDeferred, type Deferred } from '../check/deferred.ts'
import { messageOf, type Cleanup } from '../cleanup.ts'
import { monotonicMs } from '../clock.ts'
import { seedDatabase, type World } from '../database/seed.ts'
import { startFleet, type Fleet, type FleetListener } from '../fleet/fleet.ts'
import { createClient, type Client } from '../load/client.ts'
import { createMix } from '../load/mix.ts'
import { warmUp } from '../load/warm-up.ts'
import { UsageError, type DemoOptions } from '../options.ts'
import { openRedis, type DemoRedis } from '../redis/own.ts'
import { openProbe, type RedisProbe } from '../redis/probe.ts'
import { dim, ms, things } from '../view/format.ts'
import type { Screen } from '../view/screen.ts'
import { makeWorkDirectory } from './work-directory.ts'

export interface RunParts {
  readonly options: DemoOptions
  readonly screen: Screen
  readonly cleanup: Cleanup
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal
}

/** Everything a run needs, started and ready. */
export interface Stage {
  readonly redis: DemoRedis
  readonly probe: RedisProbe
  readonly world: World
  readonly balancer: Balancer
  readonly fleet: Fleet
  readonly client: Client
  readonly checker: Checker
  readonly deferred: Deferred
  /** What ended or broke without being asked to, a line each. */
  readonly lost: readonly string[]
}

/** Starts it all, one step after the other, and tells the screen. What was started is in `cleanup`, also if a later step fails. */
export async function setStage({ options, screen, cleanup, signal }: RunParts): Promise<Stage> {
  const step = async <T>(name: string, work: () => Promise<T>, tell: (result: T) => string): Promise<T> => {
    signal.throwIfAborted()
    const start = monotonicMs()
    const result = await work()
    screen.say(`${name.padEnd(10)} ${tell(result)} ${dim(`in ${ms(monotonicMs() - start)}`)}`)
    return result
  }
  const namespace = `demo-${randomBytes(4).toString('hex')}`
  const directory = await makeWorkDirectory()
  cleanup.add('temporary files', () => rm(directory, { recursive: true, force: true }))
  const databaseFile = join(directory, 'marketplace.db')

  const balancer = await startBalancer(options.port).catch((error: unknown) => {
    const remedy = 'give another, or leave it out for any free one'
    throw new UsageError(`--port is "${options.port}": ${messageOf(error)}; ${remedy}`)
  })
  cleanup.add('the balancer', () => balancer.close())
  const redis = await step(
    'Redis',
    () => openRedis(line => screen.say(line)),
    found => found.shown,
  )
  cleanup.add('Redis', () => redis.stop())
  const probe = openProbe(redis.url)
  cleanup.add('the look at Redis', async () => {
    if (!redis.owned) await probe.removeKeys(namespace)
    probe.close()
  })
  const seeding = (share: number): void => screen.progress(`Database   ${Math.round(share * 100)} %`)
  const world = await step('Database', () => seedDatabase(databaseFile, options.seed, seeding), describe)

  const checker = createChecker(options.maxStaleness)
  const deferred = createDeferred(checker.ledger, monotonicMs)
  const lost: string[] = []
  const configOf = (name: string) => ({
    name,
    directory,
    databaseFile,
    databaseMs: options.dbMs,
    redisUrl: redis.url,
    namespace: options.incoherent ? `${namespace}-${name}` : namespace,
    maxStalenessMs: options.maxStaleness,
  })
  const fleet = await step(
    'Instances',
    () => startFleet(options.instances, configOf, listener(balancer, deferred, lost)),
    ({ names }) => `${names.join(', ')} behind ${balancer.address}`,
  )
  cleanup.add('the instances', () => fleet.stop())
  const client = createClient(options.concurrency + 16)
  cleanup.add('the client', () => client.close())
  await step(
    'Warm-up',
    () => warmUp(fleet.running(), client, createMix(world, options)),
    () => 'every instance has answered, nothing is cached yet',
  )
  return { redis, probe, world, balancer, fleet, client, checker, deferred, lost }
}

function listener({ rotation }: Balancer, deferred: Deferred, lost: string[]): FleetListener {
  return {
    onUp: child => rotation.put(child),
    onDown(name, pid) {
      rotation.drop(name)
      deferred.processGone(name, pid)
    },
    onMessage(name, message) {
      if (message.type === 'settled') deferred.settled(message.id, message.at)
      if (message.type === 'abandoned') deferred.abandoned(message.id)
      if (message.type === 'failed') lost.push(`instance ${name}: ${message.reason}`)
    },
    onLost: (name, pid, how) => void lost.push(`instance ${name} (pid ${pid}) ended with ${how}`),
  }
}

function describe({ cities, users, jobs, applications }: World): string {
  const rows = [things(cities.length, 'city', 'cities'), things(users, 'user'), things(jobs, 'job')]
  return `SQLite, ${rows.join(', ')}, ${things(applications, 'application')}`
}
