import type { Failure, Figure, Plot } from '../section.ts'
import { isKept, type ReportData, type SectionReport } from './data.ts'
import { renderChart } from './chart.ts'
import { formatNumber, formatSeconds } from './format.ts'
import { html, Markup, prose, type Content } from './html.ts'
import { limits, method } from './method.ts'
import { renderPromises } from './promises.ts'
import { styles } from './styles.ts'
import { renderTable } from './table.ts'
import { type Tile, tilesOf, verdictOf } from './verdict.ts'

/** How the page introduces itself. */
export interface ReportOptions {
  readonly title?: string
  /** Paragraphs before the results; those of `pnpm prove` unless given. */
  readonly method?: readonly string[]
  readonly limits?: readonly string[]
  /** Figures at the top; those over all histories unless given. */
  readonly tiles?: readonly Figure[]
  /** Whether the table of promises belongs here. */
  readonly promises?: boolean
}

/** A report as one page that needs nothing else: no script, no request, light and dark, screen and paper. */
export function renderReport(data: ReportData, options: ReportOptions = {}): string {
  const { title = 'tiercache: does it keep its promises?', promises = true } = options
  const tiles = options.tiles ?? tilesOf(data)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Markup(styles)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="verdict ${isKept(data) ? 'good' : 'bad'}">${verdictOf(data)}</p>
          ${renderFacts(data)} ${renderTiles(tiles)}
          <nav aria-label="Sections">
            <ol>
              ${data.sections.map(section => html`<li><a href="#${section.name}">${section.name} ${sign(section)}</a></li> `)}
            </ol>
          </nav>
        </header>
        <main>
          ${renderMethod(options.method ?? method, options.limits ?? limits)}
          ${
            promises &&
            html`<section id="promises">
              <h2>What is promised</h2>
              ${renderPromises(data)}
            </section> `
          }
          ${data.sections.map(renderSection)}
        </main>
        <footer>
          <p>
            All figures are in <a href="report.json">report.json</a>. To make this report again:
            <code>${data.command}</code>
          </p>
        </footer>
      </body>
    </html> `
  return page.text
}

function renderFacts({ facts, seed, quick, seconds }: ReportData): Markup {
  const { cores, cpu, memoryGb, system } = facts.machine
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`)
  return html`<p class="facts">
    ${facts.date}, ${quick && 'short form, '}seed ${seed}, ${formatSeconds(seconds)} on ${cores} cores of
    ${cpu}, ${memoryGb} GB, ${system}.<br />${versions.join(', ')}.
  </p>`
}

function renderMethod(paragraphs: readonly string[], bounds: readonly string[]): Markup {
  return html`<section id="method">
    <h2>How this was found out, and what it does not show</h2>
    <div class="two">
      <div>
        <h3>Method</h3>
        ${paragraphs.map(text => html`<p>${text}</p>`)}
      </div>
      <div>
        <h3>Limits</h3>
        <ul>
          ${bounds.map(text => html`<li>${text}</li>`)}
        </ul>
      </div>
    </div>
  </section> `
}

function renderSection(section: SectionReport): Markup {
  const { name, title, explains, state, seconds, outcome } = section
  return html`<section id="${name}">
    <div class="headline">
      <h2>${title}</h2>
      <span
        ><span class="state ${state}">${state}</span>
        <span class="facts">${formatSeconds(seconds)}</span></span
      >
    </div>
    <p class="explains">${prose(explains)}</p>
    <p class="summary">${outcome.summary}</p>
    ${outcome.failures.map((failure, at) => renderFailure(failure, name, at < 3))}
    ${outcome.figures.length > 0 && renderTiles(outcome.figures)} ${outcome.plots.map(renderPlot)}
    ${outcome.tables.map(renderTable)}
  </section> `
}

function renderFailure({ title, detail, repeat, view }: Failure, section: string, open: boolean): Markup {
  return html`<article class="failure"><h3>Not kept: ${title}</h3>
<p>To repeat it: <code>${repeat}</code>${view !== undefined && html` · <a href="${hrefOf(view)}">swim lanes of ${section}</a>`}</p>
<details${open && html` open`}><summary>What happened</summary><pre>${detail.trimEnd()}</pre></details></article>\n`
}

/** `view` is a path below the report's folder by now. */
function hrefOf(view: string): string {
  return view.split(/[\\/]/).map(encodeURIComponent).join('/')
}

function renderTiles(figures: readonly (Figure | Tile)[]): Markup {
  return html`<ul class="tiles">
    ${figures.map(figure => {
      const state = 'state' in figure ? figure.state : ''
      const value = typeof figure.value === 'number' ? formatNumber(figure.value) : figure.value
      const unit: Content = figure.unit !== undefined && html` <span class="unit">${figure.unit}</span>`
      const bound: Content = figure.bound !== undefined && html`<span class="bound">${figure.bound}</span>`
      return html`<li class="tile ${state}">
        <span class="label">${figure.label}</span
        ><span class="value${value.length > 12 && ' long'}">${value}${unit}</span>${bound}
      </li> `
    })}
  </ul>`
}

/** With its figures as a table for those who cannot see it, where they are few enough to be read. */
function renderPlot(plot: Plot): Content {
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
        : html`<p class="note">Its ${formatNumber(points)} figures are in report.json.</p>`
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

function sign({ state }: SectionReport): string {
  return state === 'passed' ? '✓' : '✗'
}
