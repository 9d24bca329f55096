import type { Comparison, Row, SuiteResult } from '../../results.ts'
import { exactly, failuresOf, identityOf } from '../../run/compare.ts'
import { chosen, ours } from '../../run/contender.ts'
import type { Suite, SuiteOptions } from '../suite.ts'
import { contenders, OPERATIONS } from './contenders.ts'
import { type Cost, counted, Meter } from './costs.ts'
import { ownCosts } from './ours.ts'
import { type Costs, costsOf } from './theirs.ts'

/** Round trips until the call resolves, as they are promised. */
const PROMISED: ReadonlyMap<string, number> = new Map([
  ['L1 hit', 0],
  ['L1 hit, tagged', 0],
  ['L2 hit', 1],
  ['set', 1],
  ['delete', 1],
  ['deleteByTag', 1],
])
const MISS_AT_MOST = 3

/** What an operation costs in Redis. */
export const commands: Suite = {
  name: 'commands',
  about: 'commands and round trips to Redis per operation',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { environment, onProgress } = options
  const meter = await Meter.start(environment.redisUrl)
  try {
    const own = await ownCosts(meter, {
      environment,
      onProgress: (share, what) => onProgress(share / 2, what),
    })
    const peers = chosen(contenders, options.peers)
    const rows = rowsOf(
      'tiercache',
      ours(() => () => {}),
      own,
    )
    const beside = rows.filter(({ at }) => (OPERATIONS as readonly unknown[]).includes(at))
    for (const [at, [name, contender]] of Object.entries(peers).entries()) {
      onProgress((1 + at / Object.keys(peers).length) / 2, name)
      beside.push(...rowsOf(name, contender, await costsOf(name, meter, environment.redisUrl)))
    }
    const comparisons = [
      comparisonOf('commands', 'Redis per operation, caches beside each other', beside),
      comparisonOf('commands-ours', 'Redis per operation of tiercache', rows),
    ]
    return { comparisons, failures: [...failuresOf(comparisons), ...broken(rows)] }
  } finally {
    meter.stop()
  }
}

function comparisonOf(id: string, title: string, rows: readonly Row[]): Comparison {
  return {
    id,
    title,
    note: 'Until the call resolves, and in all; executed: commands Redis ran, those inside scripts included. A cache without an operation has no row for it; one whose bus carries values finds in memory what others stored.',
    metric: { name: 'round trips', unit: '', better: 'less' },
    parameter: { name: 'operation', unit: '', scale: 'names' },
    rows,
  }
}

function rowsOf(name: string, contender: Parameters<typeof identityOf>[1], costs: Costs): Row[] {
  return [...costs].map(([operation, cost]): Row => {
    const identity = { ...identityOf(name, contender), at: operation }
    if (typeof cost === 'string') return { ...identity, failed: cost }
    const goal = contender.kind === 'ours' ? promised(operation) : undefined
    return {
      ...identity,
      value: exactly(cost.before),
      more: furtherOf(cost),
      ...(goal !== undefined && { target: { of: 'value', goal, gate: goal } as const }),
    }
  })
}

function furtherOf({ all, sent, executed }: Cost): Record<string, number | string> {
  return { 'with what runs behind': all, sent: sent.length, executed, which: counted(sent) }
}

function promised(operation: string): number | undefined {
  return operation.startsWith('miss and load') ? MISS_AT_MOST : PROMISED.get(operation)
}

function broken(rows: readonly Row[]): string[] {
  return rows.flatMap(row =>
    'value' in row && row.target !== undefined && row.value.median > row.target.goal
      ? [
          `commands: ${row.at} takes ${row.value.median} round trips, where at most ${row.target.goal} are promised`,
        ]
      : [],
  )
}
