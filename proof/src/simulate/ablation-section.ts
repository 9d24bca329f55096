import type { Context, Failure, Outcome, Section, Table } from '../section.ts'
import { type Ablation, ABLATIONS } from './ablations/index.ts'
import { type Batch, emptyBatch } from './batch.ts'
import { eachTask } from './pool.ts'

const SEEDS = 5000
const SEEDS_OF_SPARE = 1000
const SEEDS_OF_SPARE_QUICK = 200

/** The protocol without each of its parts. */
export const ablationSection: Section = {
  name: 'ablation',
  title: 'Without each part',
  about: 'every mechanism of the protocol switched off, one at a time, must be noticed by the simulator',
  explains:
    'A proof that cannot fail proves nothing. Each mechanism of the protocol is switched off, by replacing a method of the real code in this run only, and the simulator runs the same seeds until a promise breaks. It fails when a mechanism is missing and no seed notices: then either the simulator is too weak to see it, or the mechanism is not needed.',
  run,
}

async function run(context: Context): Promise<Outcome> {
  const { seed, quick, onProgress } = context
  const seeds = context.seeds ?? SEEDS
  const found = new Map<string, Batch>()
  // Those that nobody is to notice take the longest.
  const inOrder = ABLATIONS.toSorted((one, other) => Number(isSpare(other)) - Number(isSpare(one)))
  const tasks = inOrder.map(one => ({
    ablation: one.name,
    from: quick ? (one.noticedBy ?? seed) : seed,
    count: isSpare(one) ? Math.min(seeds, quick ? SEEDS_OF_SPARE_QUICK : SEEDS_OF_SPARE) : seeds,
  }))
  await eachTask(tasks, (batch, { ablation = '' }) => {
    found.set(ablation, batch)
    onProgress(found.size / tasks.length, ablation)
  })
  const results = ABLATIONS.map(ablation => ({ ablation, batch: found.get(ablation.name) ?? emptyBatch() }))
  const needed = results.filter(({ ablation }) => !isSpare(ablation))
  const caught = needed.filter(({ batch }) => batch.verdicts.length > 0)
  return {
    failures: results.flatMap(({ ablation, batch }) =>
      failureOf(ablation, batch, `--seed ${seed} --seeds ${seeds}`),
    ),
    summary: `${caught.length} of ${needed.length} mechanisms noticed when switched off`,
    figures: [
      { label: 'mechanisms noticed when switched off', value: caught.length, bound: `= ${needed.length}` },
      {
        label: 'most seeds needed',
        value: Math.max(0, ...caught.map(one => one.batch.seeds)),
        bound: `≤ ${seeds}`,
      },
    ],
    tables: [
      {
        title: 'Switched off',
        columns: ['mechanism', 'without it', 'seeds until noticed', 'promise broken first'],
        rows: results.map(({ ablation, batch }) => rowOf(ablation, batch)),
        note: 'A spare one breaks no promise when it is missing alone; what it is there for is said beside it.',
      },
    ],
    plots: [],
    counts: { ablations: { caught: caught.length, of: needed.length } },
  }
}

function isSpare({ spare }: Ablation): boolean {
  return spare !== undefined
}

function rowOf({ name, about, spare }: Ablation, { seeds, verdicts }: Batch): Table['rows'][number] {
  const [verdict] = verdicts
  if (spare !== undefined)
    return { cells: [name, `${about} ${spare}`, undefined, verdict?.invariant ?? 'spare'] }
  if (verdict === undefined) return { cells: [name, about, undefined, 'never noticed'], mark: 'bad' }
  return { cells: [name, about, seeds, verdict.invariant] }
}

function failureOf({ name, about, spare }: Ablation, { seeds, verdicts }: Batch, range: string): Failure[] {
  const [verdict] = verdicts
  const repeat = `pnpm prove ablation ${range}`
  if (spare === undefined && verdict === undefined)
    return [
      {
        title: `"${name}" was switched off and nobody noticed`,
        detail: `${about} ${seeds} seeds ran without a violation.`,
        repeat,
      },
    ]
  if (spare !== undefined && verdict !== undefined)
    return [
      {
        title: `"${name}" is called spare, and is not`,
        detail: `${about} ${spare} But seed ${verdict.seed}: ${verdict.message}`,
        repeat,
      },
    ]
  return []
}
