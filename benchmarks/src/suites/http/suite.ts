import type { Table } from '../../report/table.ts'
import { contest, type Rounds } from '../../run/contest.ts'
import { ratios, summarize } from '../../statistics.ts'
import { effortOf, type Suite, type SuiteOptions, type SuiteResult } from '../suite.ts'
import { ANCHOR, contenders, FRAMEWORKS, nameOf } from './contenders.ts'
import type { HttpTask } from './serve.ts'

const module = new URL('./contenders.ts', import.meta.url)

const BYTES = 10_240
const CONNECTIONS = 50
const EFFORT = { launches: 2, rounds: 7, sliceMs: 700 }

/** Responses from the cache. */
export const http: Suite = {
  name: 'http',
  about: 'a response from the cache, in Express and Fastify, against a handler with its object in memory',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const names = Object.keys(contenders)
  const task: HttpTask = { bytes: BYTES, connections: CONNECTIONS, sliceMs: effort.sliceMs }
  const { task: rounds = {} } = await contest({ ...options, module, names, tasks: { task }, effort })
  const wrong = Object.values(rounds)
    .flat()
    .reduce((sum, round) => sum + (round['wrong'] ?? 0), 0)
  return {
    tables: FRAMEWORKS.map(framework => tableOf(framework, rounds)),
    failures: wrong === 0 ? [] : [`http: ${wrong} answers were no 200`],
  }
}

function tableOf(framework: string, rounds: Rounds[string]): Table {
  const anchor = nameOf(framework, ANCHOR)
  const figure = (name: string, which: string): number[] =>
    (rounds[name] ?? []).map(round => round[which] ?? Number.NaN)
  const names = Object.keys(contenders).filter(name => name.startsWith(nameOf(framework, '')))
  return {
    title: `HTTP, ${BYTES / 1024} KB of JSON, ${CONNECTIONS} connections, ${framework}`,
    note: `ratio: answers a second over those of '${ANCHOR}' in the same round; more is better`,
    columns: ['handler', 'ratio', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/req'],
    rows: names.map(name => ({
      handler: name.slice(nameOf(framework, '').length),
      ratio: ratios(figure(name, 'rps'), figure(anchor, 'rps')),
      'req/s': summarize(figure(name, 'rps')),
      'p50 ms': summarize(figure(name, 'p50')),
      'p99 ms': summarize(figure(name, 'p99')),
      'CPU µs/req': summarize(figure(name, 'cpu')),
    })),
  }
}
