import { GOALS } from '../../goals.ts'
import type { SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen } from '../../run/contender.ts'
import { teamContest } from '../../run/teams.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, contenders } from './contenders.ts'
import { shoot } from './shoot.ts'

const module = new URL('./contenders.ts', import.meta.url)

/** Rounds, of so many invalidations each. */
const ROUNDS = 15
const SHOTS = 15

/** How long another process serves a value that was deleted. */
export const invalidation: Suite = {
  name: 'invalidation',
  about: 'how long another process serves a deleted value, against a bare PUBLISH',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { rounds } = effortOf(options, { launches: 1, rounds: ROUNDS, sliceMs: 0 })
  const present = chosen(contenders, options.peers)
  const outcomes = await teamContest({
    ...options,
    module,
    names: Object.keys(present),
    size: 2,
    tasks: { shots: SHOTS },
    rounds,
    play: (racers, shots, round) => shoot(racers, shots, `shot:${round}`),
  })
  const comparison = compare(outcomes, {
    id: 'invalidation',
    title:
      'Invalidation: A deletes, B holds the value in memory and asks for it in every turn of its event loop',
    note: `From A's call until B has it no more; ratio: over '${ANCHOR}'. 'Call to written' is A's own time before the command is handed to its socket, 'heard to gone' B's from the first bytes on: what remains is the network, the kernel and Redis. 'Resolved' counts from A's call having resolved: below 0 it was gone before. cache-manager has no bus.`,
    metric: { name: 'call to gone', unit: 'µs', better: 'less', figure: 'call' },
    more: {
      'call to written µs': 'before',
      'heard to gone µs': 'after',
      'resolved to gone µs': 'resolved',
      'longest of a round µs': 'worst',
      'stale after resolved %': 'stale',
    },
    anchor: ANCHOR,
    contenders: present,
    tasks: [{ task: 'shots' }],
    targets: () => GOALS.invalidation,
  })
  return { comparisons: [comparison], failures: failuresOf([comparison]) }
}
