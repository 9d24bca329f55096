import {
  type Content,
  html,
  type Markup,
  renderPlot,
  renderSpread,
  renderTable,
  type SpreadRow,
  type Table,
} from '@tiercache/report'
import type { Comparison, Row } from '../results.ts'
import { boundOf, cellOf, figureOf, goalOf, placeOf, summaryOf, titleAt, unitOf, valueOf } from './format.ts'
import { claimOf, isMeasured } from './judge.ts'

/** Above this, lines of curves cannot be told from each other. */
const FEW = 6
/** From so many values of a parameter on, how a figure grows says more than the figure. */
const CURVE = 4
/** Where one figure is so many times another, a linear scale shows nothing of the small ones. */
const LONG = 5
const kinds = { ours: 'tiercache', peer: 'other caches', floor: 'floors: what a cache stands on' } as const

/** One question with its plot and its table. */
export function renderComparison(comparison: Comparison): Markup {
  return html`<article id="${comparison.id}">
    <h3>${comparison.title}</h3>
    ${comparison.note !== undefined && html`<p class="note">${comparison.note}</p>`} ${plotsOf(comparison)}
    ${renderTable(isExact(comparison) ? matrixOf(comparison) : tableOf(comparison))}
  </article> `
}

/** Counts that are the same in every round: a table says all there is. */
function isExact({ parameter, rows, anchor }: Comparison): boolean {
  const isFixed = (row: Row): boolean => !isMeasured(row) || row.value.q1 === row.value.q3
  return parameter?.scale === 'names' && anchor === undefined && rows.every(isFixed)
}

function plotsOf(comparison: Comparison): Content {
  if (isExact(comparison)) return undefined
  const names = new Set(comparison.rows.map(({ contender }) => contender))
  const places = placesOf(comparison)
  const isCurve = comparison.parameter !== undefined && comparison.parameter.scale !== 'names'
  if (isCurve && places.length >= CURVE && names.size <= FEW) return curvesOf(comparison)
  return places.map(at => spreadOf(comparison, at))
}

function placesOf({ rows }: Comparison): Row['at'][] {
  return [...new Set(rows.map(({ at }) => at))]
}

function axisOf(comparison: Comparison): string {
  const { anchor, metric } = comparison
  const better = metric.better === 'less' ? 'less is better' : 'more is better'
  const what = anchor === undefined ? unitOf(comparison) : `${metric.name}, ratio to “${anchor}”`
  return `${what}; ${better}`
}

function spreadOf(comparison: Comparison, at: Row['at']): Markup {
  const rows = comparison.rows.filter(row => row.at === at)
  const measured = rows.filter(isMeasured)
  const all = measured.map(row => claimOf(row).median)
  const goals = [...new Set(measured.flatMap(({ target }) => (target?.of === 'ratio' ? [target.goal] : [])))]
  return renderSpread({
    title: titleAt(comparison, at),
    ...(at !== undefined && { caption: placeOf(comparison, at) }),
    axis: axisOf(comparison),
    log: all.every(value => value > 0) && Math.max(...all) > LONG * Math.min(...all),
    kinds: Object.values(kinds),
    rows: rows.map((row): SpreadRow => {
      const named = { name: row.contender, kind: kinds[row.kind] }
      if (!isMeasured(row)) return { ...named, failed: row.failed }
      const { q1, median, q3 } = claimOf(row)
      return { ...named, spread: [q1, median, q3] }
    }),
    bounds: [
      ...(comparison.anchor === undefined ? [] : [{ at: 1 }]),
      ...(goals.length === 1
        ? goals.map(goal => ({ at: goal, label: `goal ${boundOf(comparison, goal)}` }))
        : []),
    ],
  })
}

function curvesOf(comparison: Comparison): Content {
  const { parameter, title, rows } = comparison
  const measured = rows.filter(isMeasured)
  const names = [...new Set(measured.map(({ contender }) => contender))]
  const values = measured.map(row => claimOf(row).median)
  return renderPlot({
    title,
    kind: 'line',
    xLabel: `${parameter?.name ?? ''}${parameter?.unit ? `, ${parameter.unit}` : ''}`,
    yLabel: axisOf(comparison),
    logX: parameter?.scale === 'log',
    logY: values.every(value => value > 0) && Math.max(...values) > LONG * Math.min(...values),
    series: names.map(name => {
      const own = measured.filter(({ contender }) => contender === name)
      return {
        name,
        points: own.map(row => [Number(row.at), claimOf(row).median]),
        quartiles: own.map(row => [Number(row.at), claimOf(row).q1, claimOf(row).q3]),
      }
    }),
  })
}

/** All figures, a line for each row. */
function tableOf(comparison: Comparison): Table {
  const { rows, parameter, anchor } = comparison
  const measured = rows.filter(isMeasured)
  const more = Object.keys(measured.find(row => row.more !== undefined)?.more ?? {})
  const hasGoal = measured.some(({ target }) => target !== undefined)
  return {
    title: `${comparison.title}: all figures`,
    columns: [
      'contender',
      ...(parameter === undefined ? [] : [parameter.name]),
      ...(anchor === undefined ? [] : ['ratio (quartiles)']),
      unitOf(comparison),
      ...more,
      ...(hasGoal ? ['goal'] : []),
    ],
    rows: rows.map(row => ({
      cells: [
        row.contender,
        ...(parameter === undefined ? [] : [valueOf(comparison, row.at)]),
        ...(isMeasured(row)
          ? [
              ...(anchor === undefined ? [] : [row.ratio && summaryOf(row.ratio)]),
              anchor === undefined ? summaryOf(row.value) : figureOf(row.value.median),
              ...more.map(name => cellOf(row.more?.[name])),
              ...(hasGoal ? [goalOf(comparison, row)] : []),
            ]
          : [`failed: ${row.failed}`]),
      ],
      ...markOf(row),
    })),
  }
}

/** A line for each contender, a column for each value of the parameter. */
function matrixOf(comparison: Comparison): Table {
  const { rows, metric } = comparison
  const places = placesOf(comparison)
  const names = [...new Set(rows.map(({ contender }) => contender))]
  return {
    title: `${comparison.title}: ${metric.name}`,
    columns: ['contender', ...places.map(at => valueOf(comparison, at))],
    rows: names.map(name => {
      const own = rows.filter(({ contender }) => contender === name)
      const cells = places.map(at => {
        const row = own.find(one => one.at === at)
        if (row === undefined) return undefined
        return isMeasured(row) ? figureOf(row.value.median) : `failed: ${row.failed}`
      })
      return { cells: [name, ...cells], ...(own[0] && markOf(own[0])) }
    }),
  }
}

function markOf(row: Row): { mark?: 'ours' | 'bad' } {
  if (!isMeasured(row)) return { mark: 'bad' }
  return row.kind === 'ours' ? { mark: 'ours' } : {}
}
