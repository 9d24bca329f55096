import { formatNumber } from './format.ts'
import { html, prose, type Content, type Markup } from './html.ts'

/** A table: the first column names its rows. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** Cells that are `undefined` stay empty. A row may be marked as one that should stand out, or as bad. */
  readonly rows: readonly {
    readonly cells: readonly (string | number | undefined)[]
    readonly mark?: 'ours' | 'bad'
  }[]
  readonly note?: string
}

/** A table that scrolls sideways where it must, and that a screen reader can walk through. */
export function renderTable({ title, columns, rows, note }: Table): Markup {
  const numeric = columns.map((_, at) => at > 0 && rows.every(({ cells }) => isFigure(cells[at])))
  const align = (at: number): Content => numeric[at] === true && html` class="num"`
  const heads = columns.map((column, at) => html`<th scope="col" ${align(at)}>${column}</th>`)
  const lines = rows.map(({ cells, mark }) => {
    const shown = columns.map((_, at) => {
      const cell = cells[at]
      const text = typeof cell === 'number' ? formatNumber(cell) : cell
      return at === 0 ? html`<th scope="row">${text}</th>` : html`<td${align(at)}>${text}</td>`
    })
    return html`<tr${mark !== undefined && html` class="${mark}"`}>${shown}</tr>\n`
  })
  return html`<figure class="table">
    <figcaption>${title}</figcaption>
    <div class="scroll" role="region" aria-label="${title}" tabindex="0">
      <table>
        <thead>
          <tr>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
    ${note !== undefined && html`<p class="note">${prose(note)}</p>`}
  </figure> `
}

function isFigure(cell: string | number | undefined): boolean {
  return (
    cell === undefined ||
    typeof cell === 'number' ||
    /^[-–≤≥<>~]?\s?[\d,.∞–]*\s?(?:ms|s|MB|KB|%|×|\/s)?$/.test(cell)
  )
}
