import type { Context, Outcome, Section } from '../section.ts'
import { ABLATIONS } from './ablations/index.ts'
import type { Batch } from './batch.ts'
import { eachTask } from './pool.ts'

const SEEDS = 2000

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
  const { seed, onProgress } = context
  const seeds = context.seeds ?? SEEDS
  const found = new Map<string, Batch>()
  const tasks = ABLATIONS.map(({ name }) => ({ ablation: name, from: seed, count: seeds }))
  await eachTask(tasks, (batch, { ablation = '' }) => {
    found.set(ablation, batch)
    onProgress(found.size / tasks.length, ablation)
  })
  const results = ABLATIONS.map(ablation => ({
    ...ablation,
    verdict: found.get(ablation.name)?.verdicts[0],
    seeds: found.get(ablation.name)?.seeds ?? 0,
  }))
  const missed = results.filter(({ verdict }) => verdict === undefined)
  return {
    failures: missed.map(({ name, about }) => ({
      title: `nobody noticed that "${name}" was missing`,
      detail: `${about} ${seeds} seeds from ${seed} on ran without a violation.`,
      repeat: `pnpm prove ablation --seed ${seed} --seeds ${seeds}`,
    })),
    summary: `${results.length - missed.length} of ${results.length} mechanisms missed when switched off`,
    figures: [
      { label: 'mechanisms noticed when missing', value: results.length - missed.length, bound: `= ${results.length}` },
      { label: 'most seeds needed', value: Math.max(...results.map(one => one.seeds)), bound: `≤ ${seeds}` },
    ],
    tables: [
      {
        title: 'Switched off',
        columns: ['mechanism', 'without it', 'seeds until noticed', 'promise broken first'],
        rows: results.map(one => ({
          cells: [one.name, one.about, one.verdict && one.seeds, one.verdict?.invariant ?? 'never noticed'],
          ...(one.verdict === undefined && { mark: 'bad' as const }),
        })),
      },
    ],
    plots: [],
    counts: { ablations: { caught: results.length - missed.length, of: results.length } },
  }
}
