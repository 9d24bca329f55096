import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Progress } from '../../../src/report/progress.ts'
import { formatTable } from '../../../src/report/table.ts'
import { readSize } from '../options.ts'
import { lineChart, page } from '../plots.ts'
import { findTraces, readTrace } from '../trace.ts'
import { type Outcome, replay, type Setting } from './replay.ts'

/** One depth over one size of one trace. */
interface Row {
  readonly trace: string
  readonly size: string
  readonly entries: number
  readonly depth: number
  /** The share of reads that memory answers without prediction. */
  readonly hitRatio: number
  /** The share of misses avoided where what is fetched arrives before the next read. */
  readonly avoided: number
  /** The share of fetched keys that were used; `undefined`: nothing was fetched. */
  readonly precision: number | undefined
  /** Keys fetched ahead, per read, and those of them in vain. */
  readonly fetched: number
  readonly inVain: number
  /** The share of waiting that is spared, by the time between reads. */
  readonly spared: readonly { readonly think: number; readonly share: number }[]
}

const SMALLEST = 64

/**
 * `pnpm sim predict <trace…>`, or `--trace <file>`: what fetching the successors of keys from Redis ahead would have spared, and what it
 * would have fetched for it.
 */
export function predictCommand(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      trace: { type: 'string', multiple: true, default: [] },
      sizes: { type: 'string', default: '2%,10%' },
      depths: { type: 'string', default: '1,2,4,8' },
      think: { type: 'string', default: '0,0.5,2' },
      eviction: { type: 'string', default: 'lru' },
      keys: { type: 'string', default: '65536' },
      precision: { type: 'string', default: '0.9' },
      reads: { type: 'string', default: '800000' },
      html: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { eviction } = values
  if (eviction !== 'lru' && eviction !== 'adaptive')
    throw new Error(`--eviction takes lru or adaptive, not ${eviction}`)
  const paths = [...values.trace, ...positionals].flatMap(findTraces)
  if (paths.length === 0) throw new Error('Name a trace, or a folder of traces.')
  const depths = values.depths.split(',').map(text => from(1, text))
  const thinks = values.think.split(',').map(text => from(0, text))
  const setting = { eviction, keys: from(1, values.keys), precision: from(0, values.precision) } as const
  const progress = new Progress()
  const rows: Row[] = []
  for (const path of paths) {
    const trace = readTrace(path, from(1, values.reads))
    progress.begin(trace.name)
    const sizes = values.sizes.split(',').map(text => {
      const asked = readSize(text)
      const entries = 'is' in asked ? asked.is : Math.max(SMALLEST, Math.round(asked.share * trace.unique))
      return { size: text.trim(), entries }
    })
    for (const [at, { size, entries }] of sizes.entries()) {
      const run = (depth: number, think: number): Outcome =>
        replay(trace, { ...setting, entries, depth, think } satisfies Setting)
      const without = run(0, Infinity)
      for (const [nth, depth] of depths.entries()) {
        progress.at((at + nth / depths.length) / sizes.length, `${size}, ${depth} ahead`)
        rows.push({
          trace: trace.name,
          size,
          entries,
          depth,
          hitRatio: 1 - without.misses / without.reads,
          ...judge(run(depth, Infinity), without),
          spared: thinks.map(think => ({ think, share: 1 - run(depth, think).waits / without.waits })),
        })
      }
    }
    progress.end()
    if (!values.json) process.stdout.write(`\n${tableOf(rows.filter(row => row.trace === trace.name))}\n`)
  }
  if (values.html !== undefined) writeFileSync(values.html, plotsOf(rows))
  if (values.json) process.stdout.write(`${JSON.stringify({ format: 1, rows }, null, 2)}\n`)
}

function judge(
  { reads, misses, prefetched, used }: Outcome,
  without: Outcome,
): Pick<Row, 'avoided' | 'precision' | 'fetched' | 'inVain'> {
  return {
    avoided: 1 - misses / without.misses,
    precision: prefetched === 0 ? undefined : used / prefetched,
    fetched: prefetched / reads,
    inVain: (prefetched - used) / reads,
  }
}

function tableOf(rows: readonly Row[]): string {
  const thinks = rows[0]?.spared.map(({ think }) => think) ?? []
  return formatTable({
    title: rows[0]?.trace ?? '',
    note: 'Waiting spared: by the time between an answer and the next read, in round trips to Redis.',
    columns: [
      'size',
      'holds',
      'hit ratio',
      'ahead',
      'misses avoided',
      'precision',
      'fetched per read',
      'in vain',
      ...thinks.map(waitingSpared),
    ],
    rows: rows.map(row => ({
      size: row.size,
      holds: row.entries,
      'hit ratio': percent(row.hitRatio),
      ahead: row.depth,
      'misses avoided': percent(row.avoided),
      precision: row.precision === undefined ? '' : percent(row.precision),
      'fetched per read': percent(row.fetched),
      'in vain': percent(row.inVain, 2),
      ...Object.fromEntries(row.spared.map(({ think, share }) => [waitingSpared(think), percent(share)])),
    })),
  })
}

function plotsOf(rows: readonly Row[]): string {
  const cells = Map.groupBy(rows, ({ trace, size }) => `${trace}, memory for ${size} of the keys`)
  const charts = [...cells].map(([title, own]) => {
    const thinks = own[0]?.spared.map(({ think }) => think) ?? []
    const lines = [
      { name: 'misses avoided', points: own.map(row => point(row.depth, row.avoided)) },
      ...thinks.map((think, i) => ({
        name: waitingSpared(think),
        dashed: true,
        points: own.map(row => point(row.depth, row.spared[i]?.share ?? 0)),
      })),
    ]
    return lineChart({ title, x: { type: 'value', name: 'reads ahead' }, lines })
  })
  const about =
    'The share of misses that are avoided where what is fetched arrives before the next read, and of the time readers wait, by how many round trips to Redis lie between two reads.'
  return page('What prediction spares', about, charts)
}

function waitingSpared(think: number): string {
  return `waiting spared, ${think}`
}

function point(x: number, share: number): readonly [number, number] {
  return [x, Math.round(share * 10_000) / 100]
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

function from(least: number, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= least && number < Infinity) return number
  throw new Error(`${text} is not a number from ${least} up`)
}
