import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Eviction } from '../../../../packages/core/src/memory/create-tier.ts'
import { Progress } from '../../../src/report/progress.ts'
import { formatTable } from '../../../src/report/table.ts'
import { findTraces, readTrace } from '../trace.ts'
import { compareAdvice, type Comparison } from './compare.ts'
import { plotsOfAdvice } from './plots.ts'

const POLICIES: readonly Eviction[] = ['lru', 'adaptive', 'size-aware']

/**
 * `pnpm sim advise --trace <trace or folder>… [--policies lru,adaptive] [--reads <n>] [--rounds <n>] [--html <file>] [--json]`: the curve of
 * `cache.memory.advise()` against a replay of the whole trace at twelve sizes, and what the advisor costs.
 */
export function adviseCommand(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      trace: { type: 'string', multiple: true, default: [] },
      policies: { type: 'string', default: 'lru,adaptive' },
      reads: { type: 'string', default: '800000' },
      rounds: { type: 'string', default: '4' },
      html: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const paths = [...values.trace, ...positionals]
  if (paths.length === 0) throw new Error('Name a trace, or a folder of traces: --trace <path>')
  const policies = values.policies.split(',').map(policyOf)
  const [reads, rounds] = [above0(values.reads), above0(values.rounds)]
  const progress = new Progress()
  progress.begin('advise')
  const bases = paths.flatMap(findTraces)
  const comparisons = bases.flatMap((base, i) => {
    const trace = readTrace(base, reads)
    return policies.flatMap(policy => {
      progress.at(i / bases.length, `${trace.name} ${policy}`)
      return compareAdvice(trace, policy, rounds) ?? []
    })
  })
  progress.end()
  if (comparisons.length === 0) throw new Error('None of these traces tells the sizes of values.')
  const summaries = policies.flatMap(policy => summarise(policy, comparisons) ?? [])
  if (values.html !== undefined) writeFileSync(values.html, plotsOfAdvice(comparisons))
  if (values.json) process.stdout.write(`${JSON.stringify({ format: 1, comparisons, summaries }, null, 2)}\n`)
  else show(comparisons, summaries)
}

/** One policy over all traces that say something. */
interface Summary {
  readonly policy: Eviction
  readonly traces: number
  readonly meanError: number
  readonly maxError: number
  readonly ns: number
  readonly bytes: number
}

function summarise(policy: Eviction, comparisons: readonly Comparison[]): Summary | undefined {
  const own = comparisons.filter(one => one.policy === policy && one.reason === undefined)
  if (own.length === 0) return undefined
  const mean = (of: (one: Comparison) => number): number =>
    own.reduce((sum, one) => sum + of(one), 0) / own.length
  return {
    policy,
    traces: own.length,
    meanError: mean(({ meanError }) => meanError),
    maxError: Math.max(...own.map(({ maxError }) => maxError)),
    ns: mean(({ nsWith, nsWithout }) => nsWith - nsWithout),
    bytes: bytesOf(policy),
  }
}

function bytesOf(policy: Eviction): number {
  const script = fileURLToPath(new URL('memory.ts', import.meta.url))
  const args = ['--expose-gc', '--conditions=@tiercache/source', script, policy]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The memory of an advisor could not be measured: ${stderr}`)
  return Number(stdout)
}

function show(comparisons: readonly Comparison[], summaries: readonly Summary[]): void {
  const points = (share: number): string => (100 * share).toFixed(2)
  const tables = [
    formatTable({
      title: 'Advice against a replay at twelve sizes',
      note: 'Errors are in points of a hundred. A read of a replay, without and with the advisor, in ns: fastest rounds.',
      columns: [
        'trace',
        'policy',
        'keys seen',
        'of all',
        'mean error',
        'max error',
        'told',
        'ns without',
        'ns more',
      ],
      rows: comparisons.map(one => ({
        trace: one.trace,
        policy: one.policy,
        'keys seen': String(one.sampledKeys),
        'of all': `${(100 * one.sampledShare).toFixed(1)} %`,
        'mean error': one.reason ?? points(one.meanError),
        'max error': one.reason === undefined ? points(one.maxError) : '',
        told: one.errorBound === undefined ? '' : points(one.errorBound),
        'ns without': one.nsWithout.toFixed(0),
        'ns more': (one.nsWith - one.nsWithout).toFixed(0),
      })),
    }),
    formatTable({
      title: 'All traces',
      columns: ['policy', 'traces', 'mean error', 'max error', 'ns more', 'bytes'],
      rows: summaries.map(one => ({
        policy: one.policy,
        traces: one.traces,
        'mean error': points(one.meanError),
        'max error': points(one.maxError),
        'ns more': one.ns.toFixed(0),
        bytes: one.bytes,
      })),
    }),
  ]
  process.stdout.write(`${tables.join('\n\n')}\n`)
}

function policyOf(name: string): Eviction {
  const known = POLICIES.find(policy => policy === name.trim())
  if (known === undefined) throw new Error(`There is no policy ${name}. There are ${POLICIES.join(', ')}.`)
  return known
}

function above0(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`${text} is not a whole number above 0`)
}
