import { findRedis } from '@tiercache/redis-server'
import type { Environment } from './run/contender.ts'
import { contest, type Contest, type Effort } from './run/contest.ts'
import { ratios, type Summary } from './statistics.ts'
import { AWAITED_ANCHOR, SYNC_ANCHOR } from './suites/l1/contenders.ts'
import { module as l1 } from './suites/l1/suite.ts'
import { ANCHOR as GET } from './suites/l2/contenders.ts'
import { module as l2 } from './suites/l2/suite.ts'
import { stampedes } from './suites/stampede/suite.ts'

/*
 * The bar no change may fall under: ratios to an anchor in the same run, never times, and three tries, since a machine
 * that is busy elsewhere can spoil one. A try that passes decides.
 */

const TRIES = 3
const L2_TASK = { bytes: 1024, concurrency: 16, sliceMs: 150 }

interface Figure {
  readonly name: string
  /** Says what was measured, and whether it is good enough. */
  readonly measure: (environment: Environment) => Promise<{ shown: string; isGood: boolean }>
}

const figures: readonly Figure[] = [
  {
    name: 'L1 getSync, time over raw lru-cache get',
    measure: async environment =>
      atMost(1.5, await compare(environment, l1, 'getSync', SYNC_ANCHOR, 'ns', { sliceMs: 40 })),
  },
  {
    name: 'L1 awaited getOrSet, time over await of a plain value',
    measure: async environment =>
      atMost(1.5, await compare(environment, l1, 'getOrSet', AWAITED_ANCHOR, 'ns', { sliceMs: 40 })),
  },
  {
    name: 'L2 get, throughput over raw autopipelined GET, 1 KB, concurrency 16',
    measure: async environment =>
      atLeast(
        0.7,
        await compare(environment, l2, 'tiercache get', GET, 'ops', L2_TASK, { launches: 2, rounds: 6 }),
      ),
  },
  {
    name: 'stampede, loads for 1000 cold reads in each of 4 processes',
    measure: async environment => {
      const loads = (await stampedes(environment, 5)).map(round => round.loads)
      return {
        shown: `${[...new Set(loads)].join(', ')} (must be 1)`,
        isGood: loads.every(count => count === 1),
      }
    },
  },
]

process.exitCode = await gate()

async function gate(): Promise<number> {
  const redis = await findRedis({ log: console.log })
  try {
    let failed = 0
    for (const figure of figures) if (!(await passes(figure, { redisUrl: redis.url }))) failed++
    console.log(`${figures.length - failed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  } finally {
    await redis.stop()
  }
}

async function passes({ name, measure }: Figure, environment: Environment): Promise<boolean> {
  const tries: string[] = []
  for (let tried = 0; tried < TRIES; tried++) {
    const { shown, isGood } = await measure(environment).catch((error: unknown) => ({
      shown: (error instanceof Error ? error.message : String(error)).split('\n', 1).join(''),
      isGood: false,
    }))
    tries.push(shown)
    if (!isGood) continue
    console.log(`ok    ${name}: ${tries.join('; then ')}`)
    return true
  }
  console.log(`FAIL  ${name}: ${tries.join('; then ')}`)
  return false
}

async function compare<Task>(
  environment: Environment,
  module: URL,
  name: string,
  anchor: string,
  which: string,
  task: Task,
  effort: Effort = { launches: 3, rounds: 4 },
): Promise<Summary> {
  const what: Contest<Task> = {
    environment,
    module,
    names: [anchor, name],
    tasks: { task },
    effort,
    onProgress: () => {},
  }
  const { task: rounds = {} } = await contest(what)
  const figure = (of: string): number[] => (rounds[of] ?? []).map(round => round[which] ?? Number.NaN)
  return ratios(figure(name), figure(anchor))
}

function atMost(bar: number, { median }: Summary): { shown: string; isGood: boolean } {
  return { shown: `${median.toFixed(2)} (at most ${bar})`, isGood: median <= bar }
}

function atLeast(bar: number, { median }: Summary): { shown: string; isGood: boolean } {
  return { shown: `${median.toFixed(2)} (at least ${bar})`, isGood: median >= bar }
}
