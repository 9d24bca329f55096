import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Cell } from './compare.ts'
import type { PolicyName } from './replay.ts'

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

const WIDTH = 720
const HEIGHT = 320

/** A line of hit ratios, 0 to 1, by size. */
interface Line {
  readonly name: string
  readonly isDashed?: boolean
  readonly points: readonly (readonly [size: number, hitRatio: number])[]
}

/** A page with the hit ratios of each trace by size, a line for each policy. It needs nothing from elsewhere. */
export function plotsOf(cells: readonly Cell[], policies: readonly PolicyName[]): string {
  const traces = [...new Set(cells.map(({ trace }) => trace))]
  const charts = traces.map(trace => {
    const own = cells.filter(cell => cell.trace === trace)
    const lines = policies.map(policy => ({
      name: policy,
      isDashed: policy === 'opt',
      points: own.flatMap(({ size, hitRatios }): [number, number][] => {
        const ratio = hitRatios[policy]
        return ratio === undefined ? [] : [['entries' in size ? size.entries : size.bytes, ratio]]
      }),
    }))
    return lineChart(trace, 'bytes' in (own[0]?.size ?? {}) ? 'bytes' : 'entries', lines)
  })
  return page(
    'Hit ratios by size',
    'The share of reads that memory answers, by how much it holds. <code>opt</code> knows the future: no policy reaches it.',
    charts,
  )
}

/** A page of charts under a title. */
export function page(title: string, text: string, charts: readonly string[]): string {
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
<p>${text}</p>
${charts.map(chart => `<figure>${chart}</figure>`).join('\n')}
</html>
`
}

/** Hit ratios by the logarithm of the size, as SVG. */
export function lineChart(title: string, unit: 'entries' | 'bytes', lines: readonly Line[]): string {
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
      xAxis: { type: 'log', name: unit, nameLocation: 'middle', nameGap: 28 },
      yAxis: { type: 'value', axisLabel: { formatter: '{value} %' } },
      series: lines.map(({ name, isDashed, points }) => ({
        type: 'line',
        name,
        lineStyle: isDashed === true ? { type: 'dashed' } : {},
        data: points.map(([size, ratio]) => [size, Math.round(ratio * 10_000) / 100]),
      })),
    })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}
