import type { Comparison, Measured, Row } from '../results.ts'
import type { Summary } from '../statistics.ts'

/** A figure with three digits that mean something. */
export function figureOf(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '–'
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

/** `1.23 (1.10–1.31)`; where the quartiles are the median, that alone. */
export function summaryOf({ median, q1, q3 }: Summary): string {
  if (q1 === median && q3 === median) return figureOf(median)
  return `${figureOf(median)} (${figureOf(q1)}–${figureOf(q3)})`
}

/** What stands beside the figures of a row: a text, a number, or the median of rounds. */
export function cellOf(value: number | string | Summary | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return figureOf(typeof value === 'number' ? value : value.median)
}

/** A value of the parameter: `16`, `1,024 B`, `delete`. */
export function valueOf({ parameter }: Comparison, at: Row['at']): string {
  if (parameter === undefined || at === undefined) return ''
  if (typeof at === 'string') return at
  return `${figureOf(at)}${parameter.unit && ` ${parameter.unit}`}`
}

/** The value where it stands alone: `concurrency 16`, `value size 1,024 B`, `delete`. */
export function placeOf(comparison: Comparison, at: Row['at']): string {
  const value = valueOf(comparison, at)
  return typeof at === 'number' ? `${comparison.parameter?.name ?? ''} ${value}`.trim() : value
}

/** `L1 hit, synchronous` or `L2 hit, 1 KB, concurrency 16`. */
export function titleAt(comparison: Comparison, at: Row['at']): string {
  const place = placeOf(comparison, at)
  return place === '' ? comparison.title : `${comparison.title}, ${place}`
}

/** `≤ 1.5`. */
export function boundOf({ metric }: Comparison, bound: number): string {
  return `${metric.better === 'less' ? '≤' : '≥'} ${figureOf(bound)}`
}

/** The name of a metric with its unit: `time, ns`. */
export function unitOf({ metric }: Comparison): string {
  return metric.unit === '' ? metric.name : `${metric.name}, ${metric.unit}`
}

/** The goal of a row, if it has one. */
export function goalOf(comparison: Comparison, { target }: Measured): string | undefined {
  return target && boundOf(comparison, target.goal)
}
