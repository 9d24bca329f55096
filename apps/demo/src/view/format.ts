import { stripVTControlCharacters, styleText } from 'node:util'

/** Colours, on a terminal that wants them; plain text anywhere else. */
export const bold = (text: string): string => styleText('bold', text)
export const dim = (text: string): string => styleText('dim', text)
export const good = (text: string): string => styleText('green', text)
export const bad = (text: string): string => styleText(['bold', 'red'], text)
export const warn = (text: string): string => styleText('yellow', text)

/** `12 345`, with narrow gaps that do not break. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** Milliseconds with two or three digits that matter. */
export function ms(value: number): string {
  if (value < 10) return `${value.toFixed(2)} ms`
  return value < 100 ? `${value.toFixed(1)} ms` : `${count(value)} ms`
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** A share as per cent; `–` where there was nothing to share. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '–'
}

/** `none` or `3 things`, and one thing in the singular. */
export function things(n: number, singular: string, plural = `${singular}s`): string {
  return `${count(n)} ${n === 1 ? singular : plural}`
}

/** Columns as wide as their widest cell, numbers to the right; the first column to the left. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (cell: string): number => stripVTControlCharacters(cell).length
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => width(row[column] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - width(cell))
        return column === 0 ? cell + gap : gap + cell
      })
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

/** One character a value, from the lowest bar at 0 to the highest at `top`. */
export function sparkline(values: readonly number[], top: number): string {
  const bars = '▁▂▃▄▅▆▇█'
  return values.map(value => bars[Math.min(7, Math.max(0, Math.floor((value / top) * 8)))] ?? ' ').join('')
}
