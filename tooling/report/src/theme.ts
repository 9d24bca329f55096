/*
 * Stand-ins that no chart would use by chance: what the library computes with must be a colour, what the page needs is a property.
 */

export const INK = '#010101'
export const FAINT = '#020202'
export const RULE = '#030303'
export const BOUND = '#040404'
export const CARD = '#050405'
export const colours: readonly string[] = ['#050501', '#050502', '#050503', '#050504', '#050505', '#050506']
const properties: Readonly<Record<string, string>> = {
  [INK]: 'var(--ink)',
  [FAINT]: 'var(--faint)',
  [RULE]: 'var(--rule)',
  [BOUND]: 'var(--bad)',
  [CARD]: 'var(--card)',
  ...Object.fromEntries(colours.map((colour, at) => [colour, `var(--series-${at + 1})`])),
}

/** What the library hands to a drawing function, as far as it is used here. */
export interface Pencil {
  value(dimension: number): number
  coord(point: readonly [number, number]): [number, number]
}

/** An axis as the library takes it, as far as it is ours to say. */
export interface Axis {
  readonly type: string
  readonly name: string
  readonly min?: number
  readonly max?: number
  readonly nameLocation?: string
  readonly nameGap?: number
  readonly inverse?: boolean
}

/** An axis in the colours of the page. An end that was set by hand falls between two ticks, and gets no label. */
export function styled(axis: Axis): object {
  const isSet = axis.type !== 'category'
  return {
    nameTextStyle: { color: FAINT, align: 'left' },
    axisLabel: {
      color: FAINT,
      hideOverlap: true,
      ...(isSet && axis.min !== undefined && { showMinLabel: false }),
      ...(isSet && axis.max !== undefined && { showMaxLabel: false }),
    },
    axisLine: { lineStyle: { color: RULE } },
    axisTick: { show: false },
    splitLine: { show: axis.type !== 'category', lineStyle: { color: RULE } },
    ...axis,
  }
}

/** The SVG with the page's custom properties for colours, and without what would clash with another on the same page. */
export function inTheme(svg: string): string {
  return svg
    .replace(/^<svg width="\d+" height="\d+"/, '<svg')
    .replace(/<style[^]*?<\/style>/, '')
    .replaceAll(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replaceAll(/#0[1-5]0[1-5]0[1-6]/g, colour => properties[colour] ?? colour)
}
