import type { Table } from '../../report/table.ts'
import { contest, type Rounds } from '../../run/contest.ts'
import { ratios, summarize } from '../../statistics.ts'
import { effortOf, type Suite, type SuiteOptions, type SuiteResult } from '../suite.ts'
import { ANCHOR, contenders, SIZES } from './contenders.ts'
import type { L2Task } from './time.ts'

export const module: URL = new URL('./contenders.ts', import.meta.url)

const CONCURRENCIES = [1, 16, 256]
const EFFORT = { launches: 2, rounds: 10, sliceMs: 250 }

/** Hits in Redis, decoded. */
export const l2: Suite = {
  name: 'l2',
  about: 'hits in Redis, decoded, against a raw GET that decodes nothing',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const tasks = tasksOf(effort.sliceMs)
  const names = Object.keys(contenders)
  const rounds = await contest({ ...options, module, names, tasks, effort })
  const misses = Object.values(rounds).flatMap(task => Object.values(task).flat())
  const missed = misses.reduce((sum, round) => sum + (round['misses'] ?? 0), 0)
  return {
    tables: Object.keys(tasks).map(task => tableOf(task, names, rounds)),
    failures: missed === 0 ? [] : [`l2: ${missed} reads found nothing`],
  }
}

function tasksOf(sliceMs: number): Record<string, L2Task> {
  const tasks: Record<string, L2Task> = {}
  for (const bytes of SIZES) {
    for (const concurrency of CONCURRENCIES) {
      tasks[`${bytes / 1024} KB, concurrency ${concurrency}`] = { bytes, concurrency, sliceMs }
    }
  }
  return tasks
}

function tableOf(task: string, names: readonly string[], rounds: Rounds): Table {
  const figure = (name: string, which: string): number[] =>
    (rounds[task]?.[name] ?? []).map(round => round[which] ?? Number.NaN)
  return {
    title: `L2 hit, ${task}`,
    note: `ratio: throughput over that of '${ANCHOR}' in the same round; more is better`,
    columns: ['read', 'ratio', 'ops/s', 'p50 µs', 'p99 µs', 'CPU µs/op'],
    rows: names.map(name => ({
      read: name,
      ratio: ratios(figure(name, 'ops'), figure(ANCHOR, 'ops')),
      'ops/s': summarize(figure(name, 'ops')),
      'p50 µs': summarize(figure(name, 'p50')),
      'p99 µs': summarize(figure(name, 'p99')),
      'CPU µs/op': summarize(figure(name, 'cpu')),
    })),
  }
}
