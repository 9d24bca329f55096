import { contest } from '../../run/contest.ts'
import type { Table } from '../../report/table.ts'
import { ratios, summarize } from '../../statistics.ts'
import { effortOf, type Suite, type SuiteOptions, type SuiteResult } from '../suite.ts'
import { AWAITED_ANCHOR, contenders, SYNC_ANCHOR } from './contenders.ts'

export const module: URL = new URL('./contenders.ts', import.meta.url)

const EFFORT = { launches: 4, rounds: 7, sliceMs: 60 }

/** Hits in memory, per read. */
export const l1: Suite = {
  name: 'l1',
  about: 'hits in memory, synchronous and awaited, against lru-cache and a bare await',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const names = Object.keys(contenders)
  const effort = effortOf(options, EFFORT)
  const tasks = { reads: { sliceMs: effort.sliceMs } }
  const { reads = {} } = await contest({ ...options, module, names, tasks, effort })
  const figure = (name: string, which: string): number[] => (reads[name] ?? []).map(one => one[which] ?? NaN)
  const table = (title: string, anchor: string, rows: readonly string[]): Table => ({
    title,
    note: `ratio: time over that of '${anchor}' in the same round; less is better`,
    columns: ['read', 'ratio', 'ns', 'B/op'],
    rows: rows.map(name => ({
      read: name,
      ratio: ratios(figure(name, 'ns'), figure(anchor, 'ns')),
      ns: summarize(figure(name, 'ns')),
      'B/op': Math.round(summarize(figure(name, 'bytes')).median),
    })),
  })
  const split = names.indexOf(AWAITED_ANCHOR)
  return {
    tables: [
      table('L1 hit, synchronous', SYNC_ANCHOR, names.slice(0, split)),
      table('L1 hit, awaited', AWAITED_ANCHOR, names.slice(split)),
    ],
    failures: [],
  }
}
