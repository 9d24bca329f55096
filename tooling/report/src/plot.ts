import { renderChart } from './chart.ts'
import { formatNumber } from './format.ts'
import { html, Markup, type Content } from './html.ts'
import { renderTable } from './table.ts'

/** A chart. `x` are categories for bars, numbers for lines. */
export interface Plot {
  readonly title: string
  readonly kind: 'bar' | 'line' | 'histogram'
  readonly xLabel: string
  readonly yLabel: string
  readonly logX?: boolean
  readonly logY?: boolean
  readonly series: readonly {
    readonly name: string
    readonly points: readonly (readonly [x: number | string, y: number])[]
    /** Between which two values the middle half of what was measured lies; for lines. */
    readonly quartiles?: readonly (readonly [x: number, low: number, high: number])[]
  }[]
  /** A horizontal or vertical line that is the promise. */
  readonly bound?: { readonly axis: 'x' | 'y'; readonly at: number; readonly label: string }
}

/** With its figures as a table for those who cannot see it, where they are few enough to be read. */
export function renderPlot(plot: Plot): Content {
  const points = plot.series.reduce((sum, one) => sum + one.points.length, 0)
  if (points === 0) return undefined
  const bound = plot.bound === undefined ? '' : ` Bound: ${plot.bound.label}.`
  const label = `${plot.title}. ${plot.yLabel} by ${plot.xLabel}.${bound}`
  return html`<figure class="chart">
    <figcaption>${plot.title}</figcaption>
    <div class="scroll" role="img" aria-label="${label}" tabindex="0">${new Markup(renderChart(plot))}</div>
    ${
      points <= 200
        ? html`<details>
            <summary>The figures of this chart</summary>
            ${tableOf(plot)}
          </details>`
        : html`<p class="note">Its ${formatNumber(points)} figures are in the JSON beside this page.</p>`
    }
  </figure> `
}

function tableOf({ title, xLabel, series }: Plot): Markup {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))]
  const found = series.map(({ points }) => new Map(points))
  return renderTable({
    title,
    columns: [xLabel, ...series.map(({ name }) => name)],
    rows: xs.map(x => ({ cells: [x, ...found.map(points => points.get(x))] })),
  })
}
