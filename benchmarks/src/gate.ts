import { findRedis } from '@tiercache/redis-server'
import { column } from './run/compare.ts'
import type { Environment } from './run/contender.ts'
import { contest, type Contest, type Effort } from './run/contest.ts'
import { ratios, type Summary } from './statistics.ts'
import { AWAITED_ANCHOR, SYNC_ANCHOR } from './suites/l1/contenders.ts'
import { module as l1 } from './suites/l1/suite.ts'
import { ANCHOR as GET } from './suites/l2/contenders.ts'
import { module as l2 } from './suites/l2/suite.ts'
import { stampedes } from './suites/stampede/stampedes.ts'

/*
 * Ratios to an anchor in the same run, never times. Each figure has a goal, which is reported, and a gate no change may
 * fall behind, set so far off that only a regression reaches it: a machine that is busy elsewhere moves a ratio by a
 * third. Up to three tries are made for the goal, and the best of them is judged.
 */

const TRIES = 3
const L2_TASK = { bytes: 1024, concurrency: 16, sliceMs: 150 }

/** What one try measured. */
interface Try {
  readonly shown: string
  readonly reachesGoal: boolean
  readonly passesGate: boolean
}

interface Figure {
  readonly name: string
  readonly measure: (environment: Environment) => Promise<Try>
}

const figures: readonly Figure[] = [
  {
    name: 'L1 getSync, time over raw lru-cache get',
    measure: async environment =>
      atMost(1.5, 2.5, await compare(environment, l1, 'getSync', SYNC_ANCHOR, 'ns', { sliceMs: 40 })),
  },
  {
    name: 'L1 awaited getOrSet, time over await of a plain value',
    measure: async environment =>
      atMost(1.5, 2.5, await compare(environment, l1, 'getOrSet', AWAITED_ANCHOR, 'ns', { sliceMs: 40 })),
  },
  {
    name: 'L2 get, throughput over raw autopipelined GET, 1 KB, concurrency 16',
    measure: async environment =>
      atLeast(
        0.7,
        0.4,
        await compare(environment, l2, 'tiercache get', GET, 'ops', L2_TASK, { launches: 2, rounds: 6 }),
      ),
  },
  {
    name: 'stampede, loads for 1000 cold reads in each of 4 processes',
    measure: async environment => {
      const loads = (await stampedes(environment, { processes: 4, rounds: 5 })).map(round => round.loads)
      const isOne = loads.every(count => count === 1)
      return { shown: `${[...new Set(loads)].join(', ')} (must be 1)`, reachesGoal: isOne, passesGate: isOne }
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
  const tries: Try[] = []
  for (let tried = 0; tried < TRIES && !tries.some(one => one.reachesGoal); tried++) {
    tries.push(await measure(environment).catch(failed))
  }
  const passed = tries.some(one => one.passesGate)
  const word = passed ? (tries.some(one => one.reachesGoal) ? 'ok   ' : 'short') : 'FAIL '
  console.log(`${word} ${name}: ${tries.map(one => one.shown).join('; then ')}`)
  return passed
}

function failed(error: unknown): Try {
  const text = error instanceof Error ? error.message : String(error)
  return { shown: text.split('\n', 1).join(''), reachesGoal: false, passesGate: false }
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
  const { task: outcomes = {} } = await contest(what)
  const figure = (of: string): number[] => {
    const outcome = outcomes[of] ?? 'was not measured'
    if (typeof outcome === 'string') throw new Error(`${of}: ${outcome}`)
    return column(outcome, which)
  }
  return ratios(figure(name), figure(anchor))
}

function atMost(goal: number, gate: number, { median }: Summary): Try {
  const shown = `${median.toFixed(2)} (goal at most ${goal}, fails above ${gate})`
  return { shown, reachesGoal: median <= goal, passesGate: median <= gate }
}

function atLeast(goal: number, gate: number, { median }: Summary): Try {
  const shown = `${median.toFixed(2)} (goal at least ${goal}, fails below ${gate})`
  return { shown, reachesGoal: median >= goal, passesGate: median >= gate }
}
