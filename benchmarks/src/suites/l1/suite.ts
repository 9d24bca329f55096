import { GOALS } from '../../goals.ts'
import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf, renamed, type Shown } from '../../run/compare.ts'
import { chosen } from '../../run/contender.ts'
import { contest } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import {
  AWAITED_ANCHOR,
  awaitedName,
  awaitedOnes,
  contenders,
  SYNC_ANCHOR,
  synchronous,
} from './contenders.ts'

export const module: URL = new URL('./contenders.ts', import.meta.url)

const EFFORT = { launches: 2, rounds: 5, sliceMs: 40 }

/** Hits in memory, per read. */
export const l1: Suite = {
  name: 'l1',
  about: 'hits in memory, synchronous and awaited, against lru-cache and a bare await',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const names = Object.keys(chosen(contenders, options.peers))
  const effort = effortOf(options, EFFORT)
  const tasks = { reads: { sliceMs: effort.sliceMs } }
  const outcomes = await contest({ ...options, module, names, tasks, effort })
  const shown = {
    metric: { name: 'time of a read', unit: 'ns', better: 'less', figure: 'ns' },
    more: { 'B allocated': 'bytes' },
    tasks: [{ task: 'reads' }],
  } as const
  const comparisons: Comparison[] = [
    compare(outcomes, {
      ...shown,
      id: 'l1-sync',
      title: 'A hit in memory, without a promise',
      note: `Ratio: time over that of '${SYNC_ANCHOR}'.`,
      anchor: SYNC_ANCHOR,
      contenders: chosen(synchronous, options.peers),
      targets: name => (name === 'getSync' ? GOALS.l1Sync : GOALS.l1Further),
    }),
    compare(renamed(outcomes, awaitedName), {
      ...shown,
      id: 'l1-awaited',
      title: 'A hit in memory, awaited',
      note: `Ratio: time over that of '${AWAITED_ANCHOR}'. node-redis answers from its client-side cache, and its JSON is parsed.`,
      anchor: AWAITED_ANCHOR,
      contenders: chosen(awaitedOnes, options.peers),
      targets: name => (name === 'getOrSet' ? GOALS.l1Awaited : GOALS.l1Further),
    } satisfies Shown),
  ]
  return { comparisons, failures: failuresOf(comparisons) }
}
