import { GOALS } from '../../goals.ts'
import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen, type Figures } from '../../run/contender.ts'
import type { Outcome, Outcomes } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { contenders, OURS } from './contenders.ts'
import { launch, type Part, PARTS } from './launch.ts'
import { SCENE } from './stampedes.ts'

const EFFORT = { launches: 2, rounds: 3, sliceMs: 0 }

/** Many cold reads at once, in several processes. */
export const stampede: Suite = {
  name: 'stampede',
  about:
    'loads for 1000 cold reads at once in 1 and in 4 processes; with the winner killed; with Redis stopped',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { launches, rounds } = effortOf(options, EFFORT)
  const present = chosen(contenders, options.peers)
  const names = Object.keys(present)
  const outcomes = Object.fromEntries(PARTS.map(part => [part, {} as Record<string, Outcome>]))
  for (let at = 0; at < launches * names.length; at++) {
    const name = names[at % names.length] ?? ''
    options.onProgress(at / (launches * names.length), name)
    await launch(name, rounds, (part, cost) => note(outcomes, part, name, cost))
  }
  const comparisons = comparisonsOf(outcomes, present)
  return { comparisons, failures: [...failuresOf(comparisons), ...broken(outcomes)] }
}

function note(
  outcomes: Record<string, Record<string, Outcome>>,
  part: Part,
  name: string,
  cost: Figures | string,
): void {
  const of = outcomes[part] ?? {}
  const before = of[name] ?? []
  // Who failed once has failed.
  if (typeof before !== 'string') of[name] = typeof cost === 'string' ? cost : [...before, cost]
}

function comparisonsOf(outcomes: Outcomes, present: typeof contenders): Comparison[] {
  const loads = { name: 'loads', unit: '', better: 'less', figure: 'loads' } as const
  const time = {
    name: 'time until the last has its value',
    unit: 'ms',
    better: 'less',
    figure: 'ms',
  } as const
  return [
    compare(outcomes, {
      id: 'stampede',
      title: `Stampede: ${SCENE}`,
      note: "'Over' is what came on top of the loader's own time.",
      metric: loads,
      more: { 'time, ms': 'ms', 'over, ms': 'overMs' },
      parameter: { name: 'processes', unit: '', scale: 'linear' },
      contenders: present,
      tasks: [
        { task: '1 process', at: 1 },
        { task: '4 processes', at: 4 },
      ],
      targets: () => GOALS.stampedeLoads,
    }),
    compare(outcomes, {
      id: 'stampede-winner-killed',
      title: 'Stampede: the process that loads is killed while 3 others wait',
      note: 'From the call of the others, in them alone. Who loads in each process anyway has nobody to wait for, and pays with a load for each.',
      metric: time,
      more: { loads: 'loads' },
      contenders: present,
      tasks: [{ task: 'winner killed' }],
    }),
    compare(outcomes, {
      id: 'stampede-redis-stopped',
      title: 'Stampede: Redis stands still, 3 processes',
      note: 'The first thing that the caches hear of it is that no answer comes. Nobody can coordinate without it: a load for each process is right.',
      metric: time,
      more: { loads: 'loads' },
      contenders: present,
      tasks: [{ task: 'Redis stopped' }],
    }),
  ]
}

/** Our own promise: one load among all, in every round. */
function broken(outcomes: Outcomes): string[] {
  return ['1 process', '4 processes'].flatMap(part => {
    const rounds = outcomes[part]?.[OURS] ?? []
    if (typeof rounds === 'string') return [] // told of already
    const wrong = rounds.find(({ loads }) => loads !== 1)
    return wrong === undefined
      ? []
      : [`stampede: ${wrong['loads']} loads in ${part}, where exactly 1 is promised`]
  })
}
