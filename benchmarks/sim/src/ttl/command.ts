import { parseArgs } from 'node:util'
import { readTrace } from '../trace.ts'
import { compare, type Comparison, type Target } from './compare.ts'
import { changesOf } from './updates.ts'
import { type Synthetic, synthetic, underReads, type Workload } from './workloads.ts'

const SYNTHETIC: readonly Synthetic[] = ['poisson', 'bursty', 'jumps', 'diurnal']

/**
 * `pnpm sim ttl [<trace of changes>…] [--target 0.02 | --stale-age <ms>] [--keys 3000] [--reads 3000000] [--seed 1] [--others] [--json]`: the adaptive ttl
 * against the best fixed one, and with `--others` against the best Alex and AIMD, on traces of changes or on four synthetic days.
 */
export function ttlCommand(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      target: { type: 'string', default: '0.02' },
      'stale-age': { type: 'string' },
      keys: { type: 'string', default: '3000' },
      reads: { type: 'string', default: '3000000' },
      seed: { type: 'string', default: '1' },
      others: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const age = values['stale-age']
  const target: Target =
    age === undefined ? { staleTarget: above0(values.target) } : { staleAge: above0(age) }
  const shape = { seed: above0(values.seed), keys: above0(values.keys), reads: above0(values.reads) }
  const workloads: readonly (() => Workload)[] =
    positionals.length === 0
      ? SYNTHETIC.map(kind => () => synthetic(kind, shape))
      : positionals.map(path => () => traced(path, shape))
  for (const make of workloads) {
    const workload = make()
    const results = compare(workload, target, { others: values.others ? ['alex', 'aimd'] : [] })
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ workload: workload.name, ...target, results })}\n`
        : `${workload.name}\n${results.map(line).join('')}`,
    )
  }
}

function traced(path: string, shape: { readonly seed: number; readonly reads: number }): Workload {
  const { name, keys, times } = readTrace(path.replace(/\.(keys|times)\.gz$/, ''), Number.POSITIVE_INFINITY)
  if (times === undefined)
    throw new Error(`${path} does not tell when its keys changed: there is no .times.gz`)
  const { changes, durationMs } = changesOf(keys, times)
  return underReads(name, changes, durationMs, shape)
}

function line({ name, outcome, met, savedAtSame, savedAtTarget }: Comparison): string {
  const share = (part: number, digits = 1): string => `${(100 * part).toFixed(digits)} %`
  const parts = [
    `  ${name.padEnd(9)}`,
    `loads ${share(outcome.loadShare, 2).padStart(8)}`,
    `stale ${share(outcome.staleShare, 2).padStart(7)}`,
    `stale age ${String(Math.round(outcome.meanStaleAgeMs)).padStart(9)} ms`,
    `target met ${met.toFixed(2)}`,
    `saved ${share(savedAtSame)} (against a fixed ttl at the target: ${share(savedAtTarget)})`,
  ]
  return `${parts.join('  ')}\n`
}

function above0(text: string): number {
  const number = Number(text)
  if (number > 0 && number < Infinity) return number
  throw new Error(`${text} is not a number above 0`)
}
