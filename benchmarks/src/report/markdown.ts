import type { Results } from '../results.ts'
import { boundOf, figureOf, summaryOf, titleAt, unitOf } from './format.ts'
import { type Column, markdownTable } from './markdown-table.ts'
import { type Goal, goalsOf, type Loss, lossesOf } from './judge.ts'

/** The goals of a run and what was reached, and where other caches are better, as Markdown. */
export function markdownOf(results: Results): string {
  const { date, machine, versions, quick, command } = results
  const goals = goalsOf(results)
  const losses = lossesOf(results)
  const { node, redis } = versions
  return [
    `Measured ${date} on ${machine['cores']} cores of ${machine['cpu']}, ${machine['system']}, Node ${node}, Redis ${redis}, load before ${machine['loadBefore']}, with \`${command}\`${quick ? ' (the short form: not to be quoted)' : ''}. Medians over all rounds, quartiles in brackets.`,
    ...goalsIn(goals),
    losses.length === 0
      ? 'No line of another cache was better than one of ours in that run.'
      : `Where another cache was better than a line of ours:\n\n${markdownTable(lossColumns, losses.map(lossCells))}`,
  ].join('\n\n')
}

/** Counts that are met exactly need no line each. */
function goalsIn(goals: readonly Goal[]): string[] {
  if (goals.length === 0) return ['That run had no figure with a goal.']
  const isMetExactly = ({ figure, state }: Goal): boolean => state === 'reached' && figure.q1 === figure.q3
  const met = goals.filter(isMetExactly).length
  const others = goals.filter(goal => !isMetExactly(goal))
  return [
    ...(others.length === 0 ? [] : [markdownTable(goalColumns, others.map(goalCells))]),
    ...(met === 0
      ? []
      : [`Of counts, such as round trips to Redis and loads in a stampede, ${met} goals are met exactly.`]),
  ]
}

const goalColumns: readonly Column[] = [
  { name: 'figure' },
  { name: 'line' },
  { name: 'in' },
  { name: 'goal', isFigure: true },
  { name: 'measured', isFigure: true },
  { name: 'state' },
]

function goalCells({ comparison, row, target, figure, state }: Goal): string[] {
  return [
    titleAt(comparison, row.at),
    row.contender,
    target.of === 'ratio' ? `ratio to ${comparison.anchor}` : unitOf(comparison),
    boundOf(comparison, target.goal),
    summaryOf(figure),
    state,
  ]
}

const lossColumns: readonly Column[] = [
  { name: 'figure' },
  { name: 'better' },
  { name: 'than ours' },
  { name: 'times', isFigure: true },
  { name: 'it gives up' },
]

function lossCells({ comparison, peer, ours, beaten, of, times, isClose }: Loss): string[] {
  return [
    titleAt(comparison, peer.at),
    peer.contender,
    `${ours.contender} (${beaten} of ${of} lines)`,
    `${figureOf(times)}${isClose ? ', quartiles overlap' : ''}`,
    peer.givesUp ?? '',
  ]
}
