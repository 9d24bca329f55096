/** A column; figures stand to the right. */
export interface Column {
  readonly name: string
  readonly isFigure?: boolean
}

/** A table in Markdown whose columns are as wide as their widest cell, as the formatter leaves it. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ name }) => name), ...rows].map(row =>
    row.map(cell => cell.replaceAll('|', '\\|')),
  )
  const widths = columns.map((_, at) => Math.max(3, ...cells.map(row => row[at]?.length ?? 0)))
  const line = (row: readonly string[]): string => {
    const padded = columns.map(({ isFigure }, at) => {
      const [cell = '', width = 0] = [row[at], widths[at]]
      return isFigure === true ? cell.padStart(width) : cell.padEnd(width)
    })
    return `| ${padded.join(' | ')} |`
  }
  const rule = columns.map(({ isFigure }, at) =>
    isFigure === true ? `${'-'.repeat((widths[at] ?? 0) - 1)}:` : '-'.repeat(widths[at] ?? 0),
  )
  const [head = [], ...body] = cells
  return [line(head), line(rule), ...body.map(line)].join('\n')
}
