import { INVARIANTS, type Invariant } from '../history/check.ts'
import { contender as tiercache } from '../real/tiercache.ts'
import { DELTA_MS } from '../real/run.ts'
import type { Context, Failure, Outcome, Section, Table } from '../section.ts'
import { contender as bentocache } from '../../peers/bentocache/contender.ts'
import { contender as cacheable } from './cacheable.ts'
import { hold } from './contest.ts'
import { contender as layeredLoader } from './layered-loader.ts'
import { PATIENCE_MS } from './patience.ts'
import { HUNG_MS, type Scores } from './scores.ts'

const CONTENDERS = [tiercache, bentocache, cacheable, layeredLoader]
const MS = 10_000
const MS_QUICK = 5000

/** Other caches, held to the same promises under the same faults. They never made them, so only our own row can fail. */
export const peersSection: Section = {
  name: 'peers',
  title: 'Other caches under the same faults',
  about: 'BentoCache, cacheable and layered-loader under the same load, faults and checker',
  explains:
    'Each cache runs in the setup of its own documentation with memory, Redis and a bus, on the same load: four instances, two of them in processes of their own, readers and writers from the same seed. Once with nothing broken, once with the same faults in the same order. The same checker goes through all histories. Most of what it checks the other caches do not promise: the table says what a service that uses them must expect, not that they are broken by their own measure. Only a violation in our own row fails.',
  run,
}

interface Result {
  readonly name: string
  readonly withFaults: boolean
  readonly scores: Scores | string
}

async function run(context: Context): Promise<Outcome> {
  const contests = [false, true].flatMap(withFaults =>
    CONTENDERS.map(({ name, module }) => ({ name, module, withFaults })),
  )
  const ms = context.quick ? MS_QUICK : MS
  const results: Result[] = []
  for (const [at, { name, module, withFaults }] of contests.entries()) {
    const label = `${name}${withFaults ? ', faults' : ', no faults'}`
    const scores = await hold({ module, seed: context.seed, ms, withFaults }, (share, what) =>
      context.onProgress((at + share * 0.9) / contests.length, `${label}: ${what}`),
    )
    results.push({ name, withFaults, scores })
  }
  const failures = results
    .filter(({ name }) => name === tiercache.name)
    .flatMap(one => failuresOf(one, context))
  return {
    failures,
    summary: summaryOf(results),
    figures: [],
    tables: [tableOf(results, false, ms), tableOf(results, true, ms), setups()],
    plots: [plotOf(results)],
  }
}

function failuresOf({ scores, withFaults }: Result, { seed }: Context): Failure[] {
  const title = `tiercache keeps its promises beside its peers, ${withFaults ? 'with' : 'without'} faults`
  const repeat = `pnpm prove peers --seed ${seed}`
  if (typeof scores === 'string') return [{ title, detail: scores, repeat }]
  const { examples, fatal, said } = scores
  if (examples.length === 0 && fatal === 0) return []
  return [{ title, detail: [...examples, `errors nobody caught: ${fatal}`, ...said].join('\n'), repeat }]
}

function summaryOf(results: readonly Result[]): string {
  const counts = CONTENDERS.map(({ name }) => {
    const own = results.filter(one => one.name === name)
    const total = own.reduce(
      (sum, { scores }) => sum + (typeof scores === 'string' ? 0 : violationsOf(scores)),
      0,
    )
    return `${name} ${total.toLocaleString('en-US')}`
  })
  return `violations: ${counts.join(', ')}`
}

function violationsOf({ violations }: Scores): number {
  return Object.values(violations).reduce((sum, count) => sum + count, 0)
}

function tableOf(results: readonly Result[], withFaults: boolean, ms: number): Table {
  const invariants = Object.entries(INVARIANTS) as [Invariant, string][]
  const rows = results
    .filter(one => one.withFaults === withFaults)
    .map(({ name, scores }) => {
      if (typeof scores === 'string') return { cells: [name, scores] }
      const { worstStaleMs, hung, lost, fatal, rejected, readsPerSecond, faults } = scores
      return {
        cells: [
          name,
          ...invariants.map(([invariant]) => scores.violations[invariant] ?? 0),
          Math.round(worstStaleMs),
          hung,
          lost,
          fatal,
          rejected,
          readsPerSecond,
          ...(withFaults ? [faults] : []),
        ],
        ...(name === tiercache.name && { mark: 'ours' as const }),
      }
    })
  return {
    title: `${ms / 1000} s ${withFaults ? 'with faults' : 'with nothing broken'}: violations of each promise, and what it was like`,
    columns: [
      'Cache',
      ...invariants.map(([, title]) => title.split(' · ')[0] ?? title),
      'Worst staleness, ms',
      `Calls over ${HUNG_MS / 1000} s`,
      'Rows wrong or unanswered at the end',
      'Errors that end a process',
      'Calls that rejected',
      'Reads/s',
      ...(withFaults ? ['Faults'] : []),
    ],
    rows,
    note: `Δ is ${DELTA_MS} ms here. I6, one load at a time among all instances, is promised by no peer; each has it within one instance. Calls reject where the database does, too. A call is given up after ${PATIENCE_MS / 1000} s; while five hang on an instance, its reads are taken to find nothing. ${withFaults ? 'A fault begins when the one before is healed and all instances work again, so a cache that takes long to recover sees fewer. Faults that aim at formats of tiercache are noise to the others.' : ''}`,
  }
}

function setups(): Table {
  return {
    title: 'Who they are, and how they are set up',
    columns: ['Cache', 'Setup'],
    rows: CONTENDERS.map(({ name, about }) => ({
      cells: [name, about],
      ...(name === tiercache.name && { mark: 'ours' as const }),
    })),
    note: 'Where a cache has no option to limit a load, the load is limited around it, as an application would. Where it documents that something is not told to other instances, that is not used.',
  }
}

function plotOf(results: readonly Result[]): Outcome['plots'][number] {
  const pointsOf = (withFaults: boolean): [string, number][] =>
    results.flatMap(({ name, scores, withFaults: own }) =>
      own === withFaults && typeof scores !== 'string' ? [[name, Math.round(scores.worstStaleMs)]] : [],
    )
  return {
    title: 'Worst staleness of an answer that does not say that it is stale',
    kind: 'bar',
    xLabel: 'cache',
    yLabel: 'ms since a newer version was acknowledged',
    series: [
      { name: 'nothing broken', points: pointsOf(false) },
      { name: 'with faults', points: pointsOf(true) },
    ],
    bound: { axis: 'y', at: DELTA_MS, label: `Δ = ${DELTA_MS} ms` },
  }
}
