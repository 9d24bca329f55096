import {
  type Figure,
  formatSeconds,
  html,
  type Markup,
  prose,
  renderMethod,
  renderPage,
  renderPlot,
  renderTable,
  renderTiles,
} from '@tiercache/report'
import type { Failure } from '../section.ts'
import { isKept, type ReportData, type SectionReport } from './data.ts'
import { limits, method } from './method.ts'
import { renderPromises } from './promises.ts'
import { tilesOf, verdictOf } from './verdict.ts'

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
  const body = html`
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
      ${renderMethod('How this was found out, and what it does not show', options.method ?? method, options.limits ?? limits)}
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
  `
  return renderPage(title, body)
}

function renderFacts({ facts, seed, quick, seconds }: ReportData): Markup {
  const { cores, cpu, memoryGb, system } = facts.machine
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`)
  return html`<p class="facts">
    ${facts.date}, ${quick && 'short form, '}seed ${seed}, ${formatSeconds(seconds)} on ${cores} cores of
    ${cpu}, ${memoryGb} GB, ${system}.<br />${versions.join(', ')}.
  </p>`
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

function sign({ state }: SectionReport): string {
  return state === 'passed' ? '✓' : '✗'
}
