import { GOALS } from '../../goals.ts'
import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen } from '../../run/contender.ts'
import { contest, type Outcomes } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, contenders, SIZES } from './contenders.ts'
import type { L2Task } from './time.ts'

export const module: URL = new URL('./contenders.ts', import.meta.url)

const CONCURRENCIES = [1, 16, 256]
const EFFORT = { launches: 1, rounds: 5, sliceMs: 90 }

/** Hits in Redis, decoded. */
export const l2: Suite = {
  name: 'l2',
  about: 'hits in Redis, decoded, against a raw GET that decodes nothing',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const names = Object.keys(chosen(contenders, options.peers))
  const outcomes = await contest({ ...options, module, names, tasks: tasksOf(effort.sliceMs), effort })
  const comparisons = SIZES.map(bytes => comparisonOf(bytes, options.peers, outcomes))
  return { comparisons, failures: failuresOf(comparisons) }
}

function tasksOf(sliceMs: number): Record<string, L2Task> {
  return Object.fromEntries(
    SIZES.flatMap(bytes =>
      CONCURRENCIES.map(concurrency => [nameOf(bytes, concurrency), { bytes, concurrency, sliceMs }]),
    ),
  )
}

function nameOf(bytes: number, concurrency: number): string {
  return `${bytes / 1024} KB, ${concurrency} at a time`
}

function comparisonOf(bytes: number, peers: readonly string[], outcomes: Outcomes): Comparison {
  return compare(outcomes, {
    id: `l2-${bytes / 1024}kb`,
    title: `A hit in Redis, ${bytes / 1024} KB`,
    note: `Ratio: throughput over that of '${ANCHOR}', which decodes nothing. Every cache decodes. cacheable cannot be without memory: it has one entry there.`,
    metric: { name: 'throughput', unit: 'reads/s', better: 'more', figure: 'ops' },
    more: { 'p50 µs': 'p50', 'p99 µs': 'p99', 'CPU µs per read': 'cpu' },
    anchor: ANCHOR,
    parameter: { name: 'concurrency', unit: '', scale: 'log' },
    contenders: chosen(contenders, peers),
    tasks: CONCURRENCIES.map(at => ({ task: nameOf(bytes, at), at })),
    targets: (name, at) =>
      name === 'tiercache get' && bytes === 1024 ? GOALS.l2.get(Number(at)) : undefined,
  })
}
