import type { Invariant } from '../history/check.ts'
import type { Context, Outcome, Plot, Section, Table } from '../section.ts'
import { type Batch, emptyBatch, mergeBatch, type Task } from './batch.ts'
import { failureOf, repeatOf } from './failure.ts'
import { EXPECTED } from './paths.ts'
import { FAULTS, READS, WRITES } from './plan.ts'
import { eachTask } from './pool.ts'
import { BUCKETS } from './staleness.ts'

const SEEDS = 10_000
const PER_TASK = 25
/** Seeds that run twice, to see that both runs are the same. */
const TWICE = 50
/** Seeds that are shrunk and told; of more than these only the number is. */
const TOLD = 3
/** With fewer seeds it says nothing that some path was never taken. */
const ENOUGH_FOR_PATHS = 1000

/** The protocol in simulation. */
export const simulateSection: Section = {
  name: 'simulate',
  title: 'In simulation',
  about:
    'thousands of histories of the real code on virtual time, with every fault, each repeatable by its seed',
  explains:
    'Two to five instances of the real cache run on virtual time against a stand-in for Redis that carries out the same atomic steps, over a network that delays, loses, holds and cuts. Each seed draws its own settings, calls and faults: failovers that lose the last writes, evictions, flushes, crashes, restarts, pauses, leaping clocks. Everything that was read and written is checked, and when all is quiet every instance and a cold reader must have what the database has. A seed always runs the same way. It fails when a promise is broken in any seed, when a call rejects or takes longer than it may, when a run is not repeatable, or when a path of the protocol was never taken, which would prove nothing about it.',
  run,
}

async function run(context: Context): Promise<Outcome> {
  const { seed, onProgress } = context
  const seeds = context.seeds ?? SEEDS
  const begun = performance.now()
  const all = emptyBatch()
  await eachTask(tasksOf(seed, seeds), batch => {
    mergeBatch(all, batch)
    onProgress(all.seeds / seeds, `${all.seeds} of ${seeds} seeds, ${all.verdicts.length} broken`)
  })
  const seconds = (performance.now() - begun) / 1000
  const unseen = seeds < ENOUGH_FOR_PATHS ? [] : EXPECTED.filter(path => !all.counts.has(path))
  const broken = all.verdicts.toSorted((a, b) => a.seed - b.seed)
  const told = []
  for (const verdict of broken.slice(0, TOLD)) told.push(await failureOf(verdict, context.folder))
  const failures = [
    ...told,
    ...broken.slice(TOLD).map(({ seed: other, message }) => ({
      title: `seed ${other}: ${message}`,
      detail: message,
      repeat: repeatOf(other),
    })),
    ...unseen.map(path => ({
      title: `a path that was never taken: ${path}`,
      detail: `In ${seeds} seeds from ${seed} on it did not happen once, so nothing is proven about it.`,
      repeat: `pnpm prove simulate --seed ${seed} --seeds ${seeds}`,
    })),
  ]
  return {
    failures,
    summary: `${seeds} seeds, ${broken.length} with violations, ${(all.virtualMs / 3_600_000).toFixed(1)} h of virtual time`,
    figures: [
      { label: 'seeds with violations', value: broken.length, bound: '= 0' },
      { label: 'seeds', value: seeds },
      { label: 'seeds per second', value: Math.round(seeds / seconds) },
      { label: 'calls', value: all.calls },
      {
        label: 'worst staleness of a fresh answer',
        value: Math.round(all.staleness.worstShare * 100),
        unit: '% of Δ',
        bound: '≤ 100 %',
      },
    ],
    tables: tablesOf(all),
    plots: [stalenessPlot(all)],
    counts: {
      histories: [
        { topology: 'simulator', seeds, firstSeed: seed, reads: all.reads, violations: byInvariant(all) },
      ],
      staleness: { worstMs: all.staleness.worstMs, deltaMs: all.staleness.worstDeltaMs },
    },
  }
}

function tasksOf(seed: number, seeds: number): Task[] {
  const tasks: Task[] = []
  for (let from = seed; from < seed + seeds; from += PER_TASK)
    tasks.push({ from, count: Math.min(PER_TASK, seed + seeds - from), twice: from < seed + TWICE })
  return tasks
}

function byInvariant({ verdicts }: Batch): Partial<Record<Invariant, number>> {
  const groups = Map.groupBy(verdicts, one => one.invariant)
  return Object.fromEntries([...groups].map(([invariant, list]) => [invariant, list.length]))
}

function tablesOf({ counts }: Batch): Table[] {
  const rows = (names: readonly string[], prefix = ''): Table['rows'] =>
    names.map(name => ({ cells: [name, counts.get(prefix + name) ?? 0] }))
  return [
    {
      title: 'Paths of the protocol',
      columns: ['path', 'times'],
      rows: rows(EXPECTED),
      note: 'None may be 0 in a full run.',
    },
    { title: 'Faults', columns: ['fault', 'times'], rows: rows(FAULTS, 'fault: ') },
    { title: 'Calls', columns: ['method', 'times'], rows: rows([...READS, ...WRITES]) },
  ]
}

function stalenessPlot({ staleness }: Batch): Plot {
  const points = staleness.byShare.map((count, i) => [(i + 1) / BUCKETS, count] as const)
  return {
    title: 'Fresh answers that the database had left behind',
    kind: 'histogram',
    xLabel: 'time since the commit of something newer, in Δ',
    yLabel: 'answers',
    logY: true,
    series: [{ name: 'tiercache', points }],
    bound: { axis: 'x', at: 1, label: 'Δ' },
  }
}
