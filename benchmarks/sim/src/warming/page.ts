import { html, renderPage, renderPlot } from '@tiercache/report'
import type { Warmed } from './command.ts'

const TITLE = 'What a restart costs'

/** A page with the share of reads that memory answers after the restart of each trace. It needs nothing from elsewhere. */
export function warmingPage(found: readonly Warmed[]): string {
  return renderPage(
    TITLE,
    html`
      <header>
        <h1>${TITLE}</h1>
        <p>
          The share of reads that memory answers after a restart, over a window of reads that moves on: for an
          instance that begins empty, one that was warmed, and one that was not restarted. C is what memory
          holds.
        </p>
      </header>
      ${found.map(({ trace, capacity, window, steady, cold, warm, kept }) =>
        renderPlot({
          title: `${trace}: C = ${capacity} entries, window of ${window} reads`,
          kind: 'line',
          xLabel: 'reads since the restart, in C',
          yLabel: '%',
          series: [
            { name: 'cold', points: cold.hits },
            { name: 'warmed', points: warm.hits },
            { name: 'not restarted', points: kept.hits },
          ],
          bound: { axis: 'y', at: Math.round(steady * 900) / 10, label: '90 % of steady' },
        }),
      )}
    `,
  )
}
