import { formatNumber } from './format.ts'
import { html, type Content, type Markup } from './html.ts'

/** A figure that stands out. */
export interface Figure {
  readonly label: string
  readonly value: number | string
  readonly unit?: string
  /** What the value is held to, for people: "= 0", "≤ 2 000 ms". */
  readonly bound?: string
}

/** A figure that is good or bad, or was not measured. */
export interface Tile extends Figure {
  readonly state: 'good' | 'bad' | 'none'
}

/** Figures side by side. */
export function renderTiles(figures: readonly (Figure | Tile)[]): Markup {
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
