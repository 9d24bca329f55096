import { writeFileSync } from 'node:fs'
import { Progress } from '../../src/report/progress.ts'
import { formatTable } from '../../src/report/table.ts'
import { type Cell, compare, summarise } from './compare.ts'
import type { Options } from './options.ts'
import { plotsOf } from './plots.ts'
import type { PolicyName } from './replay.ts'
import { findTraces, readTrace } from './trace.ts'

/** Replays what was asked for, and says what came of it. */
export function run({ paths, policies, sizes, bytes, reads, json, html }: Options): void {
  const progress = new Progress()
  const cells: Cell[] = []
  for (const base of paths.flatMap(findTraces)) {
    const trace = readTrace(base, reads)
    progress.begin(trace.name)
    const found = compare(trace, policies, sizes, bytes, (share, what) => progress.at(share, what))
    progress.end()
    cells.push(...found)
    if (!json && found.length > 0) show(found, policies)
  }
  if (cells.length === 0)
    throw new Error(
      bytes
        ? 'None of these traces tells the sizes of values.'
        : 'These traces are too small for these sizes.',
    )
  const summary = summarise(cells, policies)
  if (html !== undefined) writeFileSync(html, plotsOf(cells, policies))
  if (json) return void process.stdout.write(`${JSON.stringify({ format: 1, cells, summary }, null, 2)}\n`)
  const table = formatTable({
    title: `All ${cells.length} cells`,
    note: `Misses are compared with those of ${policies[0]}.`,
    columns: ['policy', 'cells', 'hit ratio', 'misses spared', 'worst', 'worst cell'],
    rows: summary.map(one => ({
      policy: one.policy,
      cells: one.cells,
      'hit ratio': percent(one.hitRatio, 2),
      'misses spared': percent(one.missesSpared),
      worst: percent(one.worst),
      'worst cell': one.worstCell,
    })),
  })
  process.stdout.write(`\n${table}\n`)
}

function show(cells: readonly Cell[], policies: readonly PolicyName[]): void {
  const table = formatTable({
    title: cells[0]?.trace ?? '',
    columns: ['size', 'holds', ...policies],
    rows: cells.map(({ size, label, hitRatios, byteHitRatios }) => ({
      size: label,
      holds: 'entries' in size ? size.entries : `${Math.round(size.bytes / 1024)} kb`,
      ...Object.fromEntries(
        policies.map(policy => {
          const ratio = percent(hitRatios[policy])
          return [policy, 'bytes' in size ? `${ratio} (${percent(byteHitRatios[policy])} of bytes)` : ratio]
        }),
      ),
    })),
  })
  process.stdout.write(`\n${table}\n`)
}

function percent(share: number | undefined, digits = 1): string {
  return share === undefined ? '' : `${(share * 100).toFixed(digits)} %`
}
