import type { Summary } from '../statistics.ts'

/** What a cell can hold: a figure over rounds is shown as its median. */
type Cell = string | number | Summary | undefined

/** A result to print and to keep. */
export interface Table {
  readonly title: string
  /** What one has to know to read it. */
  readonly note?: string
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, Cell>>[]
}

/** A table as text: the first column to the left, figures to the right, ratios with their quartiles. */
export function formatTable({ title, note, columns, rows }: Table): string {
  const cells = [
    columns,
    ...rows.map(row => columns.map(column => formatCell(row[column], column.endsWith('ratio')))),
  ]
  const widths = columns.map((_, at) => Math.max(...cells.map(line => line[at]?.length ?? 0)))
  const lines = cells.map(line =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const [head = '', ...body] = lines
  return [title, ...(note === undefined ? [] : [note]), '', head, '-'.repeat(head.length), ...body].join('\n')
}

function formatCell(cell: Cell, isRatio: boolean): string {
  if (cell === undefined) return ''
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return formatNumber(cell)
  if (!isRatio) return formatNumber(cell.median)
  return `${cell.median.toFixed(2)} (${cell.q1.toFixed(2)}–${cell.q3.toFixed(2)})`
}

/** Three digits that mean something, no more. */
function formatNumber(value: number): string {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1000) return String(value)
  if (size < 1) return value.toFixed(2)
  if (size < 100) return value.toFixed(1)
  return Math.round(value).toLocaleString('en-US')
}
