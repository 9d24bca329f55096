import type { Cache } from '@tiercache/core'
import { request } from 'undici'
import type { Fleet } from '../fleet/fleet.ts'
import type { Origin, ServiceCounts } from '../protocol.ts'
import type { RedisFacts, RedisProbe } from '../redis/probe.ts'

/** What one instance says of itself at `GET /stats`. */
interface InstanceStats extends Origin {
  readonly service: ServiceCounts
  readonly cache: ReturnType<Cache['stats']>
}

/** Counters of an instance over all its processes: a killed one's last word is kept. */
interface InstanceTotals {
  readonly loads: number
  readonly queries: ServiceCounts['queries']
  readonly sent: number
  readonly received: number
}

/** Asks the instances and Redis how they are, a few times a second. */
export interface Sampler {
  latest(name: string): InstanceStats | undefined
  totals(name: string): InstanceTotals
  redis(): RedisFacts | undefined
  /** Asks everybody once, now. */
  sample(): Promise<void>
}

const nothing: InstanceTotals = {
  loads: 0,
  queries: { loads: 0, uncached: 0, writes: 0 },
  sent: 0,
  received: 0,
}

export function createSampler(fleet: Fleet, probe: RedisProbe): Sampler {
  const current = new Map<string, InstanceStats>()
  const ended = new Map<string, InstanceTotals>()
  let facts: RedisFacts | undefined
  const ask = async (address: string): Promise<void> => {
    const response = await request(`${address}/stats`, { headersTimeout: 1000, bodyTimeout: 1000 })
    const stats = (await response.body.json()) as InstanceStats
    const before = current.get(stats.instance)
    if (before && before.pid !== stats.pid)
      ended.set(stats.instance, sum(ended.get(stats.instance) ?? nothing, totalsOf(before)))
    current.set(stats.instance, stats)
  }
  return {
    latest: name => (fleet.find(name) ? current.get(name) : undefined),
    totals(name) {
      const now = current.get(name)
      return sum(ended.get(name) ?? nothing, now ? totalsOf(now) : nothing)
    },
    redis: () => facts,
    async sample() {
      // An instance that dies while it is asked has no new figures; the load notices whatever matters.
      const asked = fleet.running().map(child => ask(child.address).catch(() => {}))
      const [answer] = await Promise.all([probe.facts(), ...asked])
      facts = answer
    },
  }
}

function totalsOf({ service, cache }: InstanceStats): InstanceTotals {
  const { sent, received } = cache.invalidations
  return { loads: cache.loads, queries: service.queries, sent, received }
}

function sum(a: InstanceTotals, b: InstanceTotals): InstanceTotals {
  return {
    loads: a.loads + b.loads,
    queries: {
      loads: a.queries.loads + b.queries.loads,
      uncached: a.queries.uncached + b.queries.uncached,
      writes: a.queries.writes + b.queries.writes,
    },
    sent: a.sent + b.sent,
    received: a.received + b.received,
  }
}
