import type { Context, Failure, Outcome } from '../section.ts'
import type { Contender } from './contender.ts'
import { FAULTS } from './faults/deck.ts'
import type { Fault } from './faults/fault.ts'
import { outcomeOf } from './outcome.ts'
import type { Evidence, Plan } from './run.ts'

/** What has to be found, and what must not be: a proxy that mixed up answers would be found out by a value of another key. */
const GUILTY = ['bound', 'read-your-writes'] as const
const IMPOSSIBLE = 'phantom'

/** What such a cache does not survive: messages and connections that are lost. */
const FAULT_NAMES = [
  'messages in a black hole',
  'subscribers killed',
  'commands in a black hole',
  'server stopped (SIGSTOP)',
  'executed, not acknowledged',
]

/** A run of the negative control. */
export function controlPlan(contender: Contender, { seed, quick, onProgress }: Context): Plan {
  return {
    contender,
    topology: 'standalone',
    seed,
    ms: quick ? 6000 : 10_000,
    calmMs: 1500,
    here: 3,
    children: 1,
    faults: inTurn(FAULTS.filter(({ name }) => FAULT_NAMES.includes(name))),
    onProgress,
  }
}

function* inTurn(faults: readonly Fault[]): Generator<Fault, never> {
  const [first] = faults
  if (first === undefined) throw new Error('There are no faults to make.')
  for (let i = 0; ; i++) yield faults[i % faults.length] ?? first
}

/** Fails unless the checker found the run guilty. Its violations are no failures, and are not added up with those of others. */
export function convict(run: Evidence, { seed }: Context): Outcome {
  const found = Map.groupBy(run.violations, one => one.invariant)
  const count = (name: (typeof GUILTY)[number] | typeof IMPOSSIBLE): number => found.get(name)?.length ?? 0
  const repeat = `pnpm prove control --seed ${seed}`
  const failures: Failure[] = GUILTY.filter(name => count(name) === 0).map(name => ({
    title: `The checker finds "${name}" broken in a naive cache`,
    detail: `It found nothing in ${run.history.reads.length} reads, ${run.history.writes.length} writes and ${run.history.faults.length} faults.`,
    repeat,
  }))
  if (count(IMPOSSIBLE) > 0)
    failures.push({
      title: 'Even a naive cache has no values of other keys: the run itself mixes up answers',
      detail: found.get(IMPOSSIBLE)?.[0]?.message ?? '',
      repeat,
    })
  const { tables, plots } = outcomeOf([{ run, label: 'control' }])
  const words = [...found].map(([name, list]) => `${list.length} × ${name}`).join(', ')
  return {
    failures,
    summary: failures.length === 0 ? `convicted: ${words}` : 'not convicted',
    figures: [
      ...GUILTY.map(name => ({ label: `"${name}" broken`, value: count(name), bound: '> 0' })),
      { label: 'Reads', value: run.history.reads.length },
    ],
    tables,
    plots,
  }
}
