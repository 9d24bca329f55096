import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen } from '../../run/contender.ts'
import { contest, type Outcomes } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, type BulkTask, contenders } from './contenders.ts'

const module = new URL('./contenders.ts', import.meta.url)

const KEYS = [10, 100, 1000]
const EFFORT = { launches: 1, rounds: 5, sliceMs: 60 }

const QUESTIONS = {
  memory: ['Many keys at once, from memory', 'By hand: a loop over a Map.'],
  redis: ['Many keys at once, from Redis', 'By hand: MGET and JSON.parse.'],
  set: [
    'Many values at once, to Redis',
    "By hand: JSON.stringify and a pipeline of SET. node-redis' MSET knows no ttl.",
  ],
} as const satisfies Record<BulkTask['what'], readonly [string, string]>

/** Many keys in one call. */
export const bulk: Suite = {
  name: 'bulk',
  about: '10, 100 and 1000 keys in one call, from memory and from Redis, and written',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const present = chosen(contenders, options.peers)
  const tasks = Object.fromEntries(
    questions().flatMap(what =>
      KEYS.map(keys => [nameOf(what, keys), { what, keys, sliceMs: effort.sliceMs }] as const),
    ),
  )
  const outcomes = await contest({ ...options, module, names: Object.keys(present), tasks, effort })
  const comparisons = questions().map(what => comparisonOf(what, present, outcomes))
  return { comparisons, failures: failuresOf(comparisons) }
}

function comparisonOf(what: BulkTask['what'], present: typeof contenders, outcomes: Outcomes): Comparison {
  const [title, note] = QUESTIONS[what]
  return compare(outcomes, {
    id: `bulk-${what}`,
    title,
    note: `${note} Where a cache has no call for many, it gets many calls at once. Values of half a KB.`,
    metric: { name: 'throughput', unit: 'keys/s', better: 'more', figure: 'keys' },
    more: { 'CPU µs per key': 'cpu' },
    anchor: ANCHOR,
    parameter: { name: 'keys in a call', unit: '', scale: 'log' },
    contenders: present,
    tasks: KEYS.map(at => ({ task: nameOf(what, at), at })),
  })
}

function questions(): BulkTask['what'][] {
  return ['memory', 'redis', 'set']
}

function nameOf(what: string, keys: number): string {
  return `${what}, ${keys} keys`
}
