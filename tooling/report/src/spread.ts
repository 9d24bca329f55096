import { CustomChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { formatNumber } from './format.ts'
import { html, Markup } from './html.ts'
import { BOUND, CARD, colours, FAINT, INK, inTheme, type Pencil, RULE, styled } from './theme.ts'

use([CustomChart, GridComponent, MarkLineComponent, SVGRenderer])

/** Figures that scatter: for each name a dot where the middle is, and a line from the first quartile to the third. */
export interface Spread {
  /** For those who hear it; `caption` is what stands above it, nothing unless given. */
  readonly title: string
  readonly caption?: string
  /** What the axis measures, with its unit, and which end is the better one. */
  readonly axis: string
  readonly log: boolean
  /** Kinds of rows, in the order of their colours, told above the chart. */
  readonly kinds: readonly string[]
  readonly rows: readonly SpreadRow[]
  /** Lines across: what all is compared with (which the axis tells), what is aimed at. */
  readonly bounds: readonly { readonly at: number; readonly label?: string }[]
}

/** A row without `spread` has nothing to show, and says why. */
export interface SpreadRow {
  readonly name: string
  /** One of `kinds`. */
  readonly kind: string
  readonly spread?: readonly [low: number, middle: number, high: number]
  readonly failed?: string
}

const WIDTH = 760
const ROW = 22
const AROUND = 84

/** The chart as a figure. Names stay text in it, so it can be searched and read aloud. */
export function renderSpread(spread: Spread): Markup {
  const { title, caption, axis, kinds, rows } = spread
  return html`<figure class="chart">
    ${caption !== undefined && html`<figcaption>${caption}</figcaption>`}
    <p class="kinds">${kinds.map((kind, at) => html`<span class="kind kind-${at + 1}">${kind}</span> `)}</p>
    <div class="scroll" role="img" aria-label="${`${title}. ${axis}. ${inWords(rows)}`}" tabindex="0">
      ${new Markup(drawn(spread))}
    </div>
  </figure> `
}

function drawn({ rows, kinds, axis, log, bounds }: Spread): string {
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: AROUND + rows.length * ROW,
  })
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif', fontSize: 13 },
      grid: {
        left: 8,
        right: 24,
        top: 24,
        bottom: 44,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: {
        ...styled({
          type: log ? 'log' : 'value',
          name: axis,
          nameLocation: 'middle',
          nameGap: 30,
          ...rangeOf(rows, bounds, log),
        }),
        ...(log && { logBase: baseOf(rows) }),
        nameTextStyle: { color: FAINT, align: 'center' },
      },
      yAxis: {
        ...styled({ type: 'category', name: '', inverse: true }),
        data: rows.map(({ name }) => name),
        axisLabel: { color: INK, interval: 0, width: 260, overflow: 'truncate' },
      },
      series: [
        {
          type: 'custom',
          silent: true,
          clip: false,
          data: rows.map((row, at) => [at, ...(row.spread ?? [])]),
          renderItem: (_: unknown, api: Pencil) => shapesOf(rows[api.value(0)], kinds, api),
          markLine: {
            silent: true,
            symbol: 'none',
            label: { color: FAINT, position: 'start', fontSize: 11, backgroundColor: CARD, formatter: '{b}' },
            lineStyle: { color: RULE, type: 'dashed', width: 1.5 },
            data: bounds.map(({ at, label = '' }) => ({ name: label, xAxis: at })),
          },
        },
      ],
    })
    return inTheme(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

function shapesOf(row: SpreadRow | undefined, kinds: readonly string[], pencil: Pencil): object | undefined {
  if (row === undefined) return undefined
  const at = pencil.value(0)
  if (row.spread === undefined) {
    const [x, y] = [340, pencil.coord([1, at])[1]]
    return {
      type: 'text',
      style: { text: `✗ ${row.failed ?? 'nothing'}`, x, y, fill: BOUND, verticalAlign: 'middle' },
    }
  }
  const [low, middle, high] = row.spread.map(value => pencil.coord([value, at])[0]) as [
    number,
    number,
    number,
  ]
  const y = pencil.coord([row.spread[1], at])[1]
  const colour = colours[kinds.indexOf(row.kind)] ?? INK
  const label = {
    text: formatNumber(row.spread[1]),
    x: high + 9,
    y,
    fill: INK,
    fontSize: 11,
    verticalAlign: 'middle',
  }
  return {
    type: 'group',
    children: [
      {
        type: 'line',
        shape: { x1: low, y1: y, x2: high, y2: y },
        style: { stroke: colour, lineWidth: 5, opacity: 0.4 },
      },
      { type: 'circle', shape: { cx: middle, cy: y, r: 4.5 }, style: { fill: colour } },
      { type: 'text', style: label },
    ],
  }
}

/** A short scale has a tick wherever a figure doubles, a long one where it is ten times as much. */
function baseOf(rows: readonly SpreadRow[]): number {
  const values = rows.flatMap(({ spread = [] }) => spread).filter(value => value > 0)
  return Math.max(...values) > 100 * Math.min(...values) ? 10 : 2
}

/** All figures and bounds, and room for the figure that is written behind the last one. */
function rangeOf(
  rows: readonly SpreadRow[],
  bounds: Spread['bounds'],
  log: boolean,
): { min: number; max: number } {
  const values = [...rows.flatMap(({ spread = [] }) => spread), ...bounds.map(({ at }) => at)]
  const positive = values.filter(value => value > 0)
  if (positive.length === 0) return { min: log ? 0.1 : 0, max: 1 }
  const [least, most] = [Math.min(...positive), Math.max(...positive)]
  if (!log) return { min: Math.min(0, ...values), max: most * 1.12 }
  return { min: least / 1.3, max: most * (most / least) ** 0.12 * 1.1 }
}

function inWords(rows: readonly SpreadRow[]): string {
  return rows
    .map(({ name, spread, failed }) => `${name}: ${spread === undefined ? failed : formatNumber(spread[1])}`)
    .join('; ')
}
