import { GOALS } from '../../goals.ts'
import type { SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen, type Figures } from '../../run/contender.ts'
import { type Outcome, reasonOf } from '../../run/contest.ts'
import { Racer } from '../../run/racer.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, contenders } from './contenders.ts'

const module = new URL('./contenders.ts', import.meta.url)

const FEW = 100_000
const MANY = 1_000_000
/** A million takes the slowest some ten seconds, and varies by little. */
const ROUNDS = { [FEW]: 2, [MANY]: 1 }

/** What an entry takes in memory. */
export const memory: Suite = {
  name: 'memory',
  about: 'bytes that an entry takes in memory, at 100 000 and at a million entries',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const present = chosen(contenders, options.peers)
  const sizes = options.quick ? [FEW] : [FEW, MANY]
  const outcomes = Object.fromEntries(sizes.map(entries => [String(entries), {} as Record<string, Outcome>]))
  const turns = sizes.flatMap(entries =>
    Object.entries(present)
      .filter(([, { setting }]) => entries === FEW || setting === undefined)
      .map(([name]) => ({ entries, name })),
  )
  for (const [at, { entries, name }] of turns.entries()) {
    options.onProgress(at / turns.length, `${name}, ${entries} entries`)
    const full = ROUNDS[entries as keyof typeof ROUNDS]
    const { rounds } = effortOf(options, { launches: 1, rounds: full, sliceMs: 0 })
    const of = outcomes[entries]
    if (of !== undefined) of[name] = await measured(options, name, entries, rounds)
  }
  const comparison = compare(outcomes, {
    id: 'memory',
    title: 'Heap for an entry in memory',
    note: `Without key and value, which are there before; who keeps a copy of the value pays for it. A million in default settings alone. Ratio: over '${ANCHOR}'.`,
    metric: { name: 'heap per entry', unit: 'B', better: 'less', figure: 'bytes' },
    more: { 'ns to store': 'ns' },
    anchor: ANCHOR,
    parameter: { name: 'entries', unit: '', scale: 'log' },
    contenders: present,
    tasks: sizes.map(at => ({ task: String(at), at })),
    targets: () => GOALS.memory,
  })
  return { comparisons: [comparison], failures: failuresOf([comparison]) }
}

/** Each round in a process of its own: what a process has thrown away may still be in its heap. */
async function measured(
  { environment }: SuiteOptions,
  name: string,
  entries: number,
  rounds: number,
): Promise<Outcome> {
  const figures: Figures[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      const racer = await Racer.start(module, name, environment)
      try {
        figures.push(await racer.run<Figures>({ entries }))
      } finally {
        await racer.stop()
      }
    }
    return figures
  } catch (error) {
    return reasonOf(error)
  }
}
