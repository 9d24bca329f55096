import { formatTable, type Table } from './report/table.ts'
import type { Comparison, Row } from './results.ts'

/** A comparison as a table for a terminal. */
export function formatComparison({ title, note, metric, anchor, parameter, rows }: Comparison): string {
  const value = metric.unit === '' ? metric.name : `${metric.name}, ${metric.unit}`
  const further = new Set(rows.flatMap(row => ('failed' in row ? [] : Object.keys(row.more ?? {}))))
  return formatTable({
    title,
    note: `${note === undefined ? '' : `${note} `}${metric.better === 'less' ? 'Less' : 'More'} is better.`,
    columns: [
      'contender',
      ...(parameter === undefined ? [] : [parameter.name]),
      ...(anchor === undefined ? [] : ['ratio']),
      value,
      ...further,
    ],
    rows: rows.map(row => cellsOf(row, parameter?.name ?? '', value)),
  })
}

function cellsOf(row: Row, parameter: string, value: string): Table['rows'][number] {
  const who = { contender: row.contender, [parameter]: row.at }
  if ('failed' in row) return { ...who, [value]: `failed: ${row.failed.slice(0, 60)}` }
  return { ...who, ratio: row.ratio, [value]: row.value, ...row.more }
}
