import { GOALS } from '../../goals.ts'
import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf, renamed } from '../../run/compare.ts'
import { chosen, type Contenders } from '../../run/contender.ts'
import { contest, type Outcomes } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, contenders, FRAMEWORKS, nameOf } from './contenders.ts'
import type { HttpTask } from './serve.ts'

const module = new URL('./contenders.ts', import.meta.url)

const BYTES = 10_240
const CONNECTIONS = 50
const EFFORT = { launches: 1, rounds: 5, sliceMs: 200 }

/** Responses from the cache. */
export const http: Suite = {
  name: 'http',
  about: 'a response from the cache, in Express and Fastify, against a handler with its object in memory',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const present = chosen(contenders, options.peers)
  const names = Object.keys(present)
  const task: HttpTask = { bytes: BYTES, connections: CONNECTIONS, sliceMs: effort.sliceMs }
  const outcomes = await contest({ ...options, module, names, tasks: { task }, effort })
  const comparisons = FRAMEWORKS.map(framework => comparisonOf(framework, present, outcomes))
  return { comparisons, failures: failuresOf(comparisons) }
}

function comparisonOf(framework: string, present: Contenders, outcomes: Outcomes): Comparison {
  const prefix = nameOf(framework, '')
  const own = (name: string): string | undefined =>
    name.startsWith(prefix) ? name.slice(prefix.length) : undefined
  return compare(renamed(outcomes, own), {
    id: `http-${framework}`,
    title: `HTTP, ${BYTES / 1024} KB of JSON, ${CONNECTIONS} connections, ${framework}`,
    note: `Ratio: answers a second over those of '${ANCHOR}'. Other caches keep values, so the handler writes the JSON each time.`,
    metric: { name: 'answers', unit: '1/s', better: 'more', figure: 'rps' },
    more: { 'p50 ms': 'p50', 'p99 ms': 'p99', 'CPU µs per answer': 'cpu' },
    anchor: ANCHOR,
    contenders: Object.fromEntries(
      Object.entries(present).flatMap(([name, contender]) => {
        const plain = own(name)
        return plain === undefined ? [] : [[plain, contender] as const]
      }),
    ),
    tasks: [{ task: 'task' }],
    targets: name => (name.endsWith('headers: false') ? GOALS.http : undefined),
  })
}
