import { lineChart, page } from '../plots.ts'
import type { Comparison } from './compare.ts'

/** A page with what was advised and what is, by size, for each trace and policy. It needs nothing from elsewhere. */
export function plotsOfAdvice(comparisons: readonly Comparison[]): string {
  const charts = comparisons
    .filter(({ sizes }) => sizes.length > 0)
    .map(({ trace, policy, sizes }) =>
      lineChart(`${trace}, ${policy}`, policy === 'size-aware' ? 'bytes' : 'entries', [
        { name: 'exact', points: sizes.map(({ size, exact }) => [size, exact]) },
        { name: 'advised', isDashed: true, points: sizes.map(({ size, advised }) => [size, advised]) },
      ]),
    )
  return page(
    'Advised hit ratios',
    'The share of reads that memory would answer, by how much it holds: as a replay of the whole trace finds it, and as the advisor says.',
    charts,
  )
}
