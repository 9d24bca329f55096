import { setTimeout as wait } from 'node:timers/promises'
import type { Table } from '../../report/table.ts'
import type { Environment } from '../../run/contender.ts'
import { withRacers } from '../../run/contest.ts'
import type { Racer } from '../../run/racer.ts'
import { quantile, summarize } from '../../statistics.ts'
import { effortOf, type Suite, type SuiteOptions, type SuiteResult } from '../suite.ts'
import type { Fired } from './contenders.ts'

/** Rounds, of this many invalidations each. */
const ROUNDS = 20
const SHOTS = 15
const LONGEST_MS = 5000

interface Shot {
  /** From the call until it was gone elsewhere, in µs. */
  readonly fromCall: number
  /** From the moment the call resolved; below 0 it was gone before. */
  readonly fromResolved: number
}

/** How long another process serves a value that was deleted. */
export const invalidation: Suite = {
  name: 'invalidation',
  about: 'how long another process serves a deleted value, against a bare PUBLISH',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { rounds } = effortOf(options, { launches: 1, rounds: ROUNDS, sliceMs: 0 })
  const [own, floor] = await shotsOf(options.environment, rounds, options.onProgress)
  const ratio = (which: keyof Shot): number[] =>
    own.map((shots, round) => p50(shots, which) / p50(floor[round] ?? [], which))
  return { tables: [tableOf(own, floor, summarize(ratio('fromCall')))], failures: [] }
}

type Rounds = readonly (readonly Shot[])[]

async function shotsOf(
  environment: Environment,
  rounds: number,
  onProgress: SuiteOptions['onProgress'],
): Promise<[own: Rounds, floor: Rounds]> {
  const module = new URL('./contenders.ts', import.meta.url)
  const names = ['deleter', 'holder', 'publisher', 'subscriber']
  return withRacers({ module, names, environment }, async ([deleter, holder, publisher, subscriber]) => {
    if (!deleter || !holder || !publisher || !subscriber) throw new Error('a process is missing')
    const own: Shot[][] = []
    const floor: Shot[][] = []
    for (let round = 0; round <= rounds; round++) {
      onProgress(round / (rounds + 1), `${round} of ${rounds}`)
      const [mine, bare]: [Shot[], Shot[]] = [[], []]
      for (let i = 0; i < SHOTS; i++) {
        const key = `shot:${process.pid}:${round}:${i}`
        mine.push(await shoot(deleter, holder, key))
        bare.push(await shoot(publisher, subscriber, key))
      }
      if (round === 0) continue // warms up
      own.push(mine)
      floor.push(bare)
    }
    return [own, floor]
  })
}

async function shoot(from: Racer, at: Racer, key: string): Promise<Shot> {
  await at.run({ step: 'arm', key })
  await wait(1)
  const gone = at.run<number>({ step: 'gone', key })
  const { calledAt, resolvedAt } = await from.run<Fired>({ step: 'fire', key })
  const goneAt = await Promise.race([gone, wait(LONGEST_MS, undefined, { ref: false })])
  if (goneAt === undefined) throw new Error(`${key} was still served after ${LONGEST_MS} ms`)
  return { fromCall: (goneAt - calledAt) * 1000, fromResolved: (goneAt - resolvedAt) * 1000 }
}

function tableOf(own: Rounds, floor: Rounds, ratio: ReturnType<typeof summarize>): Table {
  const row = (name: string, rounds: Rounds, callRatio: typeof ratio | undefined): Table['rows'][number] => {
    const shots = rounds.flat()
    const resolved = shots.map(shot => shot.fromResolved)
    return {
      invalidation: name,
      ratio: callRatio,
      'call→gone p50 µs': p50(shots, 'fromCall'),
      'resolved→gone p50 µs': quantile(resolved, 0.5),
      'resolved→gone p99 µs': quantile(resolved, 0.99),
      'stale after resolved %': (100 * resolved.filter(us => us > 0).length) / resolved.length,
    }
  }
  return {
    title:
      'Invalidation: A deletes, B holds the value in memory and asks for it in every turn of its event loop',
    note: "ratio: call→gone over that of PUBLISH in the same round, less is better; below 0 µs it was gone before A's call resolved",
    columns: [
      'invalidation',
      'ratio',
      'call→gone p50 µs',
      'resolved→gone p50 µs',
      'resolved→gone p99 µs',
      'stale after resolved %',
    ],
    rows: [row('PUBLISH, the floor', floor, undefined), row('tiercache delete', own, ratio)],
  }
}

function p50(shots: readonly Shot[], which: keyof Shot): number {
  return quantile(
    shots.map(shot => shot[which]),
    0.5,
  )
}
