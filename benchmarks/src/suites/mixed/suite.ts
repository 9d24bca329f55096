import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import type { SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen, type Figures } from '../../run/contender.ts'
import type { Outcomes } from '../../run/contest.ts'
import type { Racer } from '../../run/racer.ts'
import { teamContest } from '../../run/teams.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, contenders, KEYS, type Load, SCENE, SEATS } from './contenders.ts'
import { stalenessOf } from './stale.ts'

const module = new URL('./contenders.ts', import.meta.url)

const EFFORT = { launches: 1, rounds: 4, sliceMs: 500 }

/** A service as it is: most reads find something in memory, some do not, some write. */
export const mixed: Suite = {
  name: 'mixed',
  about: 'two processes, Zipf reads and 1 % writes: throughput, latency, work for Redis, stale reads',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { environment } = options
  const { rounds, sliceMs } = effortOf(options, EFFORT)
  const present = chosen(contenders, options.peers)
  const control = new Redis(environment.redisUrl)
  try {
    const outcomes = await teamContest({
      ...options,
      module,
      names: Object.keys(present),
      size: SEATS,
      tasks: { load: sliceMs },
      rounds,
      prepare: racers =>
        Promise.all(racers.map((racer, seat) => racer.run({ step: 'fill', seat, keys: KEYS }))),
      play: (racers, ms, round) => play(racers, control, ms, round),
    })
    return resultOf(outcomes, present)
  } finally {
    control.disconnect()
  }
}

function resultOf(outcomes: Outcomes, present: typeof contenders): SuiteResult {
  const comparison = compare(outcomes, {
    id: 'mixed',
    title: 'A mixed load',
    note: `${SCENE}. Ratio: reads a second over those of '${ANCHOR}'. A read is stale if it began after a write of the other process was acknowledged, and gave something older. cache-manager has no bus.`,
    metric: { name: 'throughput', unit: 'reads/s', better: 'more', figure: 'ops' },
    more: {
      'p50 µs': 'p50',
      'p99 µs': 'p99',
      'look-ups in Redis per read': 'lookups',
      'CPU of Redis, µs per read': 'redis',
      'stale reads %': 'stale',
      'stalest ms': 'worst',
      loads: 'loads',
    },
    anchor: ANCHOR,
    contenders: present,
    tasks: [{ task: 'load' }],
  })
  return { comparisons: [comparison], failures: failuresOf([comparison]) }
}

async function play(
  racers: readonly Racer[],
  control: Redis,
  sliceMs: number,
  round: number,
): Promise<Figures> {
  const before = await spentBy(control)
  const at = now() + 30
  const loads = await Promise.all(
    racers.map((racer, seat) =>
      racer.run<Load>({ step: 'load', seat, keys: KEYS, at, sliceMs, seed: round }),
    ),
  )
  const after = await spentBy(control)
  const reads = loads.reduce((sum, load) => sum + load.reads, 0)
  const {
    reads: watched,
    stale,
    worstMs,
  } = stalenessOf(
    loads.flatMap(({ writes }) => writes),
    loads.flatMap(load => load.watched),
  )
  return {
    ops: loads.reduce((sum, load) => sum + load.reads / load.ms, 0) * 1000,
    p50: Math.max(...loads.map(load => load.p50)),
    p99: Math.max(...loads.map(load => load.p99)),
    lookups: (after.lookups - before.lookups) / reads,
    redis: (after.cpuUs - before.cpuUs) / reads,
    stale: (100 * stale) / Math.max(1, watched),
    worst: worstMs,
    loads: loads.reduce((sum, load) => sum + load.loads, 0),
  }
}

interface Spent {
  readonly lookups: number
  readonly cpuUs: number
}

async function spentBy(control: Redis): Promise<Spent> {
  const text = await control.info()
  const figure = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1])
  return {
    lookups: figure('keyspace_hits') + figure('keyspace_misses'),
    cpuUs: (figure('used_cpu_user') + figure('used_cpu_sys')) * 1e6,
  }
}
