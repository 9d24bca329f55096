import { type Content, formatNumber, html, type Markup, plural, renderTable } from '@tiercache/report'
import { INVARIANTS, type Invariant } from '../history/check.ts'
import type { ReportData } from './data.ts'
import { promisesOf, talliesOf, violationsOf } from './verdict.ts'

/** As many histories as are shown without being asked. */
const FEW = 12

/** What is promised, in words, and how often it was broken in which topology. */
export function renderPromises(data: ReportData): Markup {
  const topologies = [...new Set(talliesOf(data).map(tally => tally.topology))]
  const rows = promisesOf(data).map(({ id, words, violations }) => {
    const cells = topologies.map(topology => countCell(violations.get(topology)))
    return html`<tr>
      <th scope="row"><span class="id">${id}</span>${words}</th>
      ${cells}
    </tr> `
  })
  const heads = topologies.map(topology => html`<th scope="col" class="num">${topology}</th>`)
  const title = 'Violations of each promise, by topology'
  return html`<figure class="table">
      <figcaption>${title}</figcaption>
      <div class="scroll" role="region" aria-label="${title}" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">Promise</th>
              ${heads}
            </tr>
          </thead>
          <tbody>
            ${rows}${controlRow(data, topologies.length)}
          </tbody>
        </table>
      </div>
      <p class="note">
        ${topologies.length === 0 && 'No history was checked in this run. '}Δ is the longest that an answer
        may lag behind an acknowledged invalidation: two seconds unless a service says otherwise. Each section
        says which Δ its histories were held to.
      </p>
    </figure>
    ${renderHistories(data)}`
}

/** I9 is a promise of the checker: that it sees what is wrong. */
function controlRow({ sections }: ReportData, topologies: number): Markup {
  const control = sections.find(section => section.name === 'control')
  const said: Readonly<Record<string, Content>> = {
    passed: html`<td class="num zero" colspan="${topologies}">caught</td>`,
    failed: html`<td class="num broken" colspan="${topologies}">not caught</td>`,
  }
  const cell =
    said[control?.state ?? ''] ?? html`<td class="num absent" colspan="${topologies}">not in this run</td>`
  return html`<tr>
    <th scope="row">
      <span class="id">I9</span>the checker is not blind: a cache that breaks these promises is caught
    </th>
    ${topologies > 0 && cell}
  </tr> `
}

function countCell(count: number | undefined): Markup {
  if (count === undefined) return html`<td class="num absent">–</td>`
  return html`<td class="num ${count === 0 ? 'zero' : 'broken'}">${formatNumber(count)}</td>`
}

function renderHistories(data: ReportData): Content {
  const tallies = talliesOf(data)
  if (tallies.length === 0) return undefined
  const invariants = Object.entries(INVARIANTS) as [Invariant, string][]
  const table = renderTable({
    title: 'Violations in each history, by seed',
    columns: ['Topology', 'Seed', 'Reads', ...invariants.map(([, title]) => title.split(' · ')[0] ?? title)],
    rows: tallies.map(tally => ({
      cells: [
        tally.topology,
        tally.seeds === 1
          ? String(tally.firstSeed)
          : `${tally.firstSeed} and ${plural(tally.seeds - 1, 'other')}`,
        tally.reads,
        ...invariants.map(([invariant]) => tally.violations[invariant] ?? 0),
      ],
      ...(violationsOf(tally) > 0 && { mark: 'bad' as const }),
    })),
  })
  if (tallies.length <= FEW) return table
  return html`<details>
    <summary>All ${plural(tallies.length, 'row')} by seed</summary>
    ${table}
  </details>`
}
