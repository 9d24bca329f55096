import { styleText } from 'node:util'
import { type Column, markdownTable } from '../report/markdown-table.ts'
import type { Measured } from './measured.ts'
import type { Target } from './judge.ts'

const signs = { below: '<', 'at most': '≤', 'at least': '≥' } as const

/** A load that is later than this has been held up by what else the machine does. */
const LATE_MS = 15

/** The table of the targets, and a line that says it all. Coloured where `stream` is a terminal that wants it. */
export function showTargets(
  targets: readonly Target[],
  { phases }: Pick<Measured, 'phases'>,
  stream: NodeJS.WriteStream,
): string {
  const rows = targets.map(cellsOf)
  const cells = [['', 'target', 'bound', 'measured', 'from'], ...rows]
  const widths = [0, 1, 2, 3].map(at => Math.max(...cells.map(row => row[at]?.length ?? 0)))
  const lines = cells.map(row =>
    row
      .map((cell, at) =>
        at === 2 || at === 3 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  const missed = targets.filter(({ ok }) => !ok).length
  const verdict =
    missed === 0 ? `All ${targets.length} targets hold.` : `${missed} of ${targets.length} targets missed.`
  return [
    ...lines.map((line, at) => {
      const target = targets[at - 1]
      return target === undefined || target.ok ? line : styleText('red', line, { stream })
    }),
    '',
    styleText(missed === 0 ? 'green' : 'red', verdict, { stream }),
    ...lateness(phases),
    '',
  ].join('\n')
}

/** The same for a document, with the machine it was measured on. */
export function targetsInMarkdown(
  targets: readonly Target[],
  { phases }: Pick<Measured, 'phases'>,
  where: string,
): string {
  const columns: Column[] = ['', 'target', 'bound', 'measured', 'from'].map((name, at) => ({
    name,
    isFigure: at === 2 || at === 3,
  }))
  return [where, markdownTable(columns, targets.map(cellsOf)), ...lateness(phases)].join('\n\n')
}

function cellsOf({ name, bound, measured, unit, ok, from }: Target): string[] {
  return [
    ok ? 'ok' : 'MISSED',
    name,
    `${signs[bound.kind]} ${withUnit(bound.at, unit)}`,
    Number.isFinite(measured) ? withUnit(measured, unit) : 'not measured',
    from,
  ]
}

function lateness(phases: Measured['phases']): string[] {
  const lateMs = Math.max(...phases.map(phase => phase.lateMs))
  if (lateMs <= LATE_MS) return []
  return [
    `The machine was busy: the load itself sent requests up to ${withUnit(lateMs, 'ms')} late (p99). Times contain such delays; measure again when it is quiet.`,
  ]
}

function withUnit(value: number, unit: string): string {
  const size = Math.abs(value)
  const digits = Number.isInteger(value) ? 0 : size < 1 ? 3 : size < 100 ? 1 : 0
  return `${value.toFixed(digits)}${unit && ` ${unit}`}`
}
