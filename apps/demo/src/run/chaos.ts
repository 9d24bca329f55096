import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import type { Balancer } from '../balancer/balancer.ts'
import { monotonicMs } from '../clock.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { summaryOf, type DurationSummary } from '../measure/histogram.ts'
import type { Tally } from '../measure/tally.ts'
import type { DemoRedis } from '../redis/own.ts'

/** Something that was killed under load. Times are ms since the load began; absent where it did not come to that. */
export interface Outage {
  readonly what: string
  readonly killedAt: number
  /** The process was there again. */
  backAt?: number
  /** Everything worked as before. */
  recoveredAt?: number
  /** Cached reads between the kill and the recovery. */
  reads?: DurationSummary
  failedReads?: number
  retriedRequests?: number
}

export interface ChaosParts {
  readonly redis: DemoRedis
  readonly fleet: Fleet
  readonly balancer: Balancer
  readonly tally: Tally
  readonly seconds: number
  readonly signal: AbortSignal
  /** Called when an outage begins and whenever it changes. */
  readonly outages: Outage[]
}

const recoveryDeadlineMs = 20_000

/** Kills Redis after 30 % of the time and brings it back empty, then kills one instance after 70 % and respawns it. */
export async function runChaos(parts: ChaosParts): Promise<void> {
  const { redis, fleet, seconds, signal } = parts
  const start = monotonicMs()
  const until = async (ms: number): Promise<void> => {
    await sleep(Math.max(0, start + ms - monotonicMs()), undefined, { signal })
  }
  const downMs = Math.min(3000, seconds * 200)
  try {
    await until(seconds * 300)
    await outage(parts, 'Redis', start, {
      kill: () => redis.crash(),
      bringBack: async () => {
        await sleep(downMs, undefined, { signal }).catch(() => {})
        await redis.restart()
      },
      recovered: () => everyInstanceHasRedis(fleet, signal),
    })
    await until(seconds * 700)
    const victim = fleet.names.at(-1) as string
    await outage(parts, `instance ${victim}`, start, {
      kill: () => fleet.crash(victim),
      bringBack: () => fleet.respawn(victim),
      recovered: () => everyInstanceHasRedis(fleet, signal),
    })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

interface Steps {
  kill(): Promise<void>
  bringBack(): Promise<void>
  /** Resolves when all is well again, with `false` if that took too long. */
  recovered(): Promise<boolean>
}

async function outage(
  { tally, balancer, outages }: ChaosParts,
  what: string,
  start: number,
  steps: Steps,
): Promise<void> {
  const sinceStart = (): number => monotonicMs() - start
  const record: Outage = { what, killedAt: sinceStart() }
  outages.push(record)
  const before = { failed: tally.failures.reads, retried: balancer.retried() }
  const watch = tally.watch()
  await steps.kill()
  await steps.bringBack()
  record.backAt = sinceStart()
  if (await steps.recovered()) record.recoveredAt = sinceStart()
  watch.end()
  record.reads = summaryOf(watch.latency)
  record.failedReads = tally.failures.reads - before.failed
  record.retriedRequests = balancer.retried() - before.retried
}

async function everyInstanceHasRedis(fleet: Fleet, signal: AbortSignal): Promise<boolean> {
  const deadline = monotonicMs() + recoveryDeadlineMs
  while (monotonicMs() < deadline && !signal.aborted) {
    const healthy = await Promise.all(fleet.running().map(child => isHealthy(child.address)))
    if (healthy.length === fleet.names.length && healthy.every(Boolean)) return true
    await sleep(50)
  }
  return false
}

async function isHealthy(address: string): Promise<boolean> {
  try {
    const response = await request(`${address}/health/cache`, { headersTimeout: 1000, bodyTimeout: 1000 })
    const health = (await response.body.json()) as { status: string; stats: { redis_available: boolean } }
    return health.status === 'healthy' && health.stats.redis_available
  } catch {
    return false
  }
}
