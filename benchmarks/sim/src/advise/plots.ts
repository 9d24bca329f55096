import { lineChart, page } from '../plots.ts'
import type { Comparison } from './compare.ts'

/** A page with what was advised and what is, by size, for each trace and policy. It needs nothing from elsewhere. */
export function plotsOfAdvice(comparisons: readonly Comparison[]): string {
  const charts = comparisons
    .filter(({ sizes }) => sizes.length > 0)
    .map(({ trace, policy, sizes }) =>
      lineChart({
        title: `${trace}, ${policy}`,
        x: { type: 'log', name: policy === 'size-aware' ? 'bytes' : 'entries' },
        lines: [
          { name: 'exact', points: sizes.map(({ size, exact }) => [size, percent(exact)] as const) },
          {
            name: 'advised',
            dashed: true,
            points: sizes.map(({ size, advised }) => [size, percent(advised)] as const),
          },
        ],
      }),
    )
  return page(
    'Advised hit ratios',
    'The share of reads that memory would answer, by how much it holds: as a replay of the whole trace finds it, and as the advisor says.',
    charts,
  )
}

function percent(ratio: number): number {
  return Math.round(ratio * 10_000) / 100
}
