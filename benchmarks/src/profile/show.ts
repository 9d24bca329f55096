import { figureOf, summaryOf } from '../report/format.ts'
import { type Column, markdownTable } from '../report/markdown-table.ts'
import { BUSY, capacities } from './capacity.ts'
import type { ProfileResult } from './command.ts'

/** Below this a place is one of many. */
const LEAST_SHARE = 0.02
const FLEETS = [2, 10, 50, 200]

/** The result as text, in Markdown: it is read in a terminal and in a document. */
export function showProfile({ where, steps, hits, redis }: ProfileResult): string {
  const first = steps[0]?.ns.median ?? 0
  const parts = [
    where,
    markdownTable(
      figures('A hit in memory, step by step', 'ns', 'without the loop'),
      steps.map(({ name, ns }) => [name, summaryOf(ns), figureOf(ns.median - first)]),
    ),
    ...hits.map(({ name, ns, shares }) => {
      const large = shares.filter(({ share }) => share >= LEAST_SHARE)
      const rest = 1 - large.reduce((sum, { share }) => sum + share, 0)
      return markdownTable(
        figures(`${name}: ${figureOf(ns)} ns each`, 'share', 'ns'),
        [...large, { where: 'the rest', share: rest }].map(({ where, share }) => [
          where,
          `${(share * 100).toFixed(1)} %`,
          figureOf(share * ns),
        ]),
      )
    }),
    markdownTable(
      figures('What Redis spends', 'instances', 'CPU µs', 'bytes sent'),
      redis.map(({ operation, instances, cpuUs, bytesOut }) => [
        operation,
        String(instances),
        figureOf(cpuUs),
        figureOf(bytesOut),
      ]),
    ),
    markdownTable(
      figures(
        `On paper: a Redis core at ${BUSY * 100} %`,
        'taken by idling',
        'hits/s',
        'or loads/s',
        'or invalidations/s',
        'bytes for each',
      ),
      capacities(redis, FLEETS).map(({ instances, idleShare, hits: h, loads, invalidations, bytesEach }) => [
        `${instances} instances`,
        `${(idleShare * 100).toFixed(1)} %`,
        figureOf(Math.round(h)),
        figureOf(Math.round(loads)),
        figureOf(Math.round(invalidations)),
        figureOf(Math.round(bytesEach)),
      ]),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function figures(first: string, ...others: readonly string[]): Column[] {
  return [{ name: first }, ...others.map(name => ({ name, isFigure: true }))]
}
