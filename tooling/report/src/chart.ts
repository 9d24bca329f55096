import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { formatNumber } from './format.ts'
import type { Plot } from './plot.ts'
import { BOUND, CARD, colours, INK, inTheme, type Pencil, styled } from './theme.ts'

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer])

type Point = Plot['series'][number]['points'][number]

const WIDTH = 760
/** A line with more points than a screen has is thinned out; the report's JSON has all. */
const MANY = 400

/** A chart as an SVG that takes its colours from the page's custom properties, and so follows its theme. */
export function renderChart(plot: Plot): string {
  const lying = isLying(plot)
  const height = lying ? 96 + categoriesOf(plot).length * (18 + 12 * plot.series.length) : 320
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption(optionOf(plot, lying))
    return inTheme(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

function optionOf(plot: Plot, lying: boolean): EChartsCoreOption {
  const { series, xLabel, yLabel } = plot
  const x = xAxisOf(plot)
  const y = {
    type: plot.logY === true ? 'log' : 'value',
    name: yLabel,
    ...yRangeOf(plot),
  }
  const named = { ...x, name: xLabel }
  return {
    animation: false,
    color: [...colours],
    textStyle: { fontFamily: 'system-ui, sans-serif', fontSize: 13 },
    grid: {
      left: 8,
      right: 28,
      top: series.length > 1 ? 60 : 40,
      bottom: 36,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    ...(series.length > 1 && {
      legend: {
        top: 0,
        left: 0,
        icon: 'roundRect',
        itemWidth: 16,
        itemHeight: 8,
        itemGap: 28,
        textStyle: { color: INK },
      },
    }),
    xAxis: styled({ ...(lying ? y : named), nameLocation: 'middle', nameGap: 30 }),
    yAxis: styled(lying ? { ...named, name: '', inverse: true } : y),
    series: [
      ...series.map((one, at) => ({
        type: plot.kind === 'line' ? 'line' : 'bar',
        name: one.name,
        data: pointsOf(plot, one.points).map(([px, py]) => (lying ? [py, px] : [px, py])),
        silent: true,
        showSymbol: one.points.length <= 40,
        symbolSize: 5,
        sampling: 'lttb',
        barMaxWidth: 36,
        ...(plot.kind === 'histogram' && { barCategoryGap: '8%', barMaxWidth: 200 }),
        ...(at === 0 && boundOf(plot, lying)),
      })),
      ...series.flatMap(quartilesOf),
    ],
  }
}

/** A line from the first quartile to the third at each point. */
function quartilesOf({ quartiles = [] }: Plot['series'][number], at: number): object[] {
  if (quartiles.length === 0) return []
  const stroke = colours[at % colours.length] ?? INK
  return [
    {
      type: 'custom',
      silent: true,
      data: quartiles.map(([x, low, high]) => [x, low, high]),
      renderItem: (_: unknown, pencil: Pencil) => {
        const [x1, y1] = pencil.coord([pencil.value(0), pencil.value(1)])
        const [, y2] = pencil.coord([pencil.value(0), pencil.value(2)])
        return { type: 'line', shape: { x1, y1, x2: x1, y2 }, style: { stroke, lineWidth: 5, opacity: 0.35 } }
      },
    },
  ]
}

/** Long names of bars are read lying down. */
function isLying(plot: Plot): boolean {
  const names = categoriesOf(plot)
  return plot.kind === 'bar' && names.join('').length > 60
}

function categoriesOf({ series }: Plot): string[] {
  return [...new Set(series.flatMap(({ points }) => points.map(([x]) => nameOf(x))))]
}

function nameOf(x: number | string): string {
  return typeof x === 'number' ? formatNumber(x) : x
}

function xAxisOf(plot: Plot): {
  type: 'value' | 'log' | 'category'
  data?: string[]
  min?: number
  max?: number
} {
  if (!isOnScale(plot)) return { type: 'category', data: boundedCategories(plot) }
  const xs = plot.series.flatMap(({ points }) => points.map(([x]) => Number(x)))
  const bound = plot.bound?.axis === 'x' ? [plot.bound.at] : []
  const min = Math.min(...xs, ...bound)
  const max = Math.max(...xs, ...bound)
  if (plot.logX === true) return { type: 'log', min: min / 1.1, max: max * 1.1 }
  return { type: 'value', ...(plot.kind === 'line' && { min }), max: max + (max - min) * 0.02 }
}

/** Lines are drawn on a scale; so are histograms whose buckets are equally wide. Other bars stand side by side. */
function isOnScale({ kind, series }: Plot): boolean {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x))
  if (!xs.every(x => typeof x === 'number')) return false
  if (kind !== 'histogram') return kind === 'line'
  const inOrder = [...new Set(xs)].toSorted((a, b) => a - b)
  const gaps = inOrder.slice(1).map((x, at) => x - (inOrder[at] ?? 0))
  const least = Math.min(...gaps)
  return gaps.every(gap => Math.abs(gap - least) < least / 100)
}

/** With a bar for the bound, where it lies between or behind the others. */
function boundedCategories(plot: Plot): string[] {
  const xs = [...new Set(plot.series.flatMap(({ points }) => points.map(([x]) => x)))]
  if (plot.bound?.axis !== 'x' || !xs.every(x => typeof x === 'number')) return categoriesOf(plot)
  return [...new Set([...xs, plot.bound.at])].toSorted((a, b) => a - b).map(nameOf)
}

function pointsOf(plot: Plot, points: readonly Point[]): (readonly [number | string, number])[] {
  if (!isOnScale(plot)) return points.map(([x, y]) => [nameOf(x), y])
  const step = Math.ceil(points.length / (MANY * 10))
  return points.filter((_, at) => at % step === 0)
}

/** Where the scale begins on a logarithmic axis, and room for the bound on any. */
function yRangeOf(plot: Plot): { min?: number; startValue?: number; max?: number } {
  const ys = plot.series.flatMap(({ points }) => points.map(([, y]) => y))
  const bound = plot.bound?.axis === 'y' ? plot.bound.at : undefined
  const positive = ys.filter(y => y > 0)
  // Half of the least, so that the shortest bar can be seen.
  const min = Math.min(...positive, bound ?? Infinity) / 2
  return {
    ...(plot.logY === true && positive.length > 0 && { min, startValue: min }),
    ...(bound !== undefined && bound > Math.max(...ys) && { max: bound * (plot.logY === true ? 2 : 1.08) }),
  }
}

function boundOf(plot: Plot, lying: boolean): object {
  const { bound } = plot
  if (bound === undefined) return {}
  const axis = lying === (bound.axis === 'y') ? 'xAxis' : 'yAxis'
  const at = bound.axis === 'x' && !isOnScale(plot) ? nameOf(bound.at) : bound.at
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: BOUND, type: 'dashed', width: 1.5 },
      label: {
        formatter: bound.label,
        color: BOUND,
        position: axis === 'yAxis' ? 'insideEndTop' : lying ? 'start' : 'end',
        fontSize: 12,
        backgroundColor: CARD,
        padding: [1, 3],
      },
      data: [{ [axis]: at }],
    },
  }
}
