import type { Comparison, Metric, Row, Target } from '../results.ts'
import { ratios, type Summary, summarize } from '../statistics.ts'
import type { Contender, Contenders, Figures } from './contender.ts'
import type { Outcome, Outcomes } from './contest.ts'

/** What a comparison shows of a contest. */
export interface Shown extends Omit<Comparison, 'rows' | 'metric'> {
  /** With the name of the figure that is its value. */
  readonly metric: Metric & { readonly figure: string }
  /** Further figures, by the names they are shown with. */
  readonly more?: Readonly<Record<string, string>>
  /** In the order of the rows. */
  readonly contenders: Contenders
  /** The tasks that are shown, and where the parameter stands in each. */
  readonly tasks: readonly { readonly task: string; readonly at?: number | string }[]
  /** Of our own contenders. */
  readonly targets?: (contender: string, at: number | string | undefined) => Target | undefined
}

/** A contest as a comparison. Who was not in a task has no row for it. */
export function compare(outcomes: Outcomes, shown: Shown): Comparison {
  const { metric, more, contenders, tasks, targets, ...comparison } = shown
  const { figure, ...plainMetric } = metric
  const rows = Object.entries(contenders).flatMap(([name, contender]) =>
    tasks.flatMap(({ task, at }): Row[] => {
      const identity = { ...identityOf(name, contender), ...(at !== undefined && { at }) }
      const of = outcomes[task] ?? {}
      const rounds = of[name]
      if (rounds === undefined) return []
      if (typeof rounds === 'string') return [{ ...identity, failed: rounds }]
      const ratio = ratioOf(rounds, of[shown.anchor ?? ''], figure)
      const target = contender.kind === 'ours' ? targets?.(name, at) : undefined
      return [
        {
          ...identity,
          value: summarize(column(rounds, figure)),
          ...(ratio !== undefined && { ratio }),
          ...(more !== undefined && { more: furtherOf(rounds, more) }),
          ...(target !== undefined && { target }),
        },
      ]
    }),
  )
  return { ...comparison, metric: plainMetric, rows }
}

/** What a row says of who its contender is. */
export function identityOf(
  name: string,
  { kind, peer, setting, givesUp }: Contender,
): Pick<Row, 'contender' | 'kind' | 'peer' | 'setting' | 'givesUp'> {
  return {
    contender: name,
    kind,
    ...(peer !== undefined && { peer }),
    ...(setting !== undefined && { setting }),
    ...(givesUp !== undefined && { givesUp }),
  }
}

/** Outcomes under other names; those without a new name are left out. */
export function renamed(outcomes: Outcomes, nameOf: (name: string) => string | undefined): Outcomes {
  return Object.fromEntries(
    Object.entries(outcomes).map(([task, of]) => {
      const entries = Object.entries(of).flatMap(([name, outcome]) => {
        const other = nameOf(name)
        return other === undefined ? [] : [[other, outcome] as const]
      })
      return [task, Object.fromEntries(entries)]
    }),
  )
}

/** What failed that must not: what is ours, and what all others are compared with. Peers may. */
export function failuresOf(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ id, rows }) =>
    rows.flatMap(row =>
      'failed' in row && row.kind !== 'peer'
        ? [`${id}: ${row.contender}${row.at === undefined ? '' : ` at ${row.at}`}: ${row.failed}`]
        : [],
    ),
  )
}

/** A figure that is the same however often it is measured. */
export function exactly(value: number): Summary {
  return { median: value, q1: value, q3: value, n: 1 }
}

/** One figure of all rounds. */
export function column(rounds: readonly Figures[], figure: string): number[] {
  return rounds.map(round => round[figure] ?? Number.NaN)
}

function ratioOf(
  rounds: readonly Figures[],
  anchor: Outcome | undefined,
  figure: string,
): Summary | undefined {
  if (anchor === undefined || typeof anchor === 'string') return undefined
  return ratios(column(rounds, figure), column(anchor, figure))
}

function furtherOf(
  rounds: readonly Figures[],
  more: Readonly<Record<string, string>>,
): Record<string, Summary> {
  return Object.fromEntries(
    Object.entries(more).map(([label, figure]) => [label, summarize(column(rounds, figure))]),
  )
}
