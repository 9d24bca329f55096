import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Cell } from './compare.ts'
import type { PolicyName } from './replay.ts'

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

const WIDTH = 720
const HEIGHT = 320

/** A page with the hit ratios of each trace by size, a line for each policy. It needs nothing from elsewhere. */
export function plotsOf(cells: readonly Cell[], policies: readonly PolicyName[]): string {
  const traces = [...new Set(cells.map(({ trace }) => trace))]
  const charts = traces.map(trace => {
    const own = cells.filter(cell => cell.trace === trace)
    return chartOf(trace, own, policies)
  })
  return page(
    'Hit ratios by size',
    'The share of reads that memory answers, by how much it holds. <code>opt</code> knows the future: no policy reaches it.',
    charts,
  )
}

/** A page of charts. It needs nothing from elsewhere. */
export function page(title: string, about: string, charts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: ${WIDTH}px; padding: 0 1rem }
figure { margin: 2rem 0 } svg { max-width: 100%; height: auto }
</style>
<h1>${title}</h1>
<p>${about}</p>
${charts.map(chart => `<figure>${chart}</figure>`).join('\n')}
</html>
`
}

function chartOf(trace: string, cells: readonly Cell[], policies: readonly PolicyName[]): string {
  return lineChart({
    title: trace,
    x: { type: 'log', name: 'bytes' in (cells[0]?.size ?? {}) ? 'bytes' : 'entries' },
    lines: policies.map(policy => ({
      name: policy,
      dashed: policy === 'opt',
      points: cells.flatMap(({ size, hitRatios }) => {
        const ratio = hitRatios[policy]
        if (ratio === undefined) return []
        return [['entries' in size ? size.entries : size.bytes, Math.round(ratio * 10_000) / 100] as const]
      }),
    })),
  })
}

/** What a chart shows: lines over a number, in per cent. */
export interface LineChartOptions {
  readonly title: string
  readonly x: { readonly type: 'log' | 'value'; readonly name: string }
  readonly lines: readonly {
    readonly name: string
    readonly dashed?: boolean
    readonly points: readonly (readonly [x: number, percent: number])[]
  }[]
}

/** A chart as SVG. */
export function lineChart({ title, x, lines }: LineChartOptions): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    chart.setOption({
      animation: false,
      title: { text: title, textStyle: { fontSize: 15 } },
      legend: { top: 0, right: 0 },
      grid: {
        left: 8,
        right: 28,
        top: 48,
        bottom: 40,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: { type: x.type, name: x.name, nameLocation: 'middle', nameGap: 28 },
      yAxis: { type: 'value', axisLabel: { formatter: '{value} %' } },
      series: lines.map(({ name, dashed = false, points }) => ({
        type: 'line',
        name,
        lineStyle: dashed ? { type: 'dashed' } : {},
        data: points.map(point => [...point]),
      })),
    })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}
