import type { Facts } from './report/machine.ts'
import type { Summary } from './statistics.ts'

/*
 * What a run of `pnpm bench` found, as it is kept in `results/<name>.json`. Suites give it; tables, plots and the report are made of it
 * alone. Types only.
 *
 * A suite has comparisons. A comparison is one question with one unit and one anchor, hence one plot and one table: its rows are
 * contenders, and where it has a `parameter`, each contender has a row for each value of it, hence a curve or a group of bars.
 */

/** A run. Grows by optional members; `format` changes when one that was there changes its meaning. */
export interface Results extends Facts {
  readonly format: 2
  /** Less of everything was measured: to see that it works, not to quote. */
  readonly quick: boolean
  /** The command that does it again. */
  readonly command: string
  /** In the order they ran. */
  readonly suites: readonly SuiteReport[]
}

/** A suite's result with what it is and what it took. */
export interface SuiteReport extends SuiteResult {
  /** As on the command line: `l1`. */
  readonly name: string
  /** What it measures, in a line. */
  readonly about: string
  readonly seconds: number
}

/** What a suite gives. */
export interface SuiteResult {
  readonly comparisons: readonly Comparison[]
  /** Promises that were not kept, ours alone: they fail the run. Slow is no failure here; see gate.ts. */
  readonly failures: readonly string[]
}

/** One question, and how each contender answers it. */
export interface Comparison {
  /** Stable and unique in a run, made of letters, digits and dashes: `l1-sync`. */
  readonly id: string
  readonly title: string
  /** What one has to know to read it. */
  readonly note?: string
  readonly metric: Metric
  /** The `contender` of the rows that all others are compared with, at the same `at` and in the same round. None where only exact counts matter. */
  readonly anchor?: string
  /** What varies among the rows of a contender. None: each contender has one row. */
  readonly parameter?: Parameter
  /** Floors first, then ours, then peers; a contender's rows together, by rising `at`. */
  readonly rows: readonly Row[]
}

/** What a row's `value` is. */
export interface Metric {
  /** `time`, `throughput`, `round trips`. */
  readonly name: string
  /** `ns`, `ops/s`, `B`; empty for a count. */
  readonly unit: string
  readonly better: 'less' | 'more'
}

/** What a row's `at` is. */
interface Parameter {
  /** `concurrency`, `keys`, `operation`. */
  readonly name: string
  /** `B`; empty for a count and for names. */
  readonly unit: string
  /** How an axis shows it. `names`: `at` is a text, in the order of the rows. */
  readonly scale: 'linear' | 'log' | 'names'
}

/** A contender's answer, or why there is none: who throws, hangs or serves nothing is not fast. */
export type Row = Measured | Failed

export interface Measured extends Identity {
  /** In the metric's unit, over all rounds. Where a figure is exact, `q1`, `median` and `q3` are the same. */
  readonly value: Summary
  /** Value over that of the anchor in the same round, summarized. None without an anchor. */
  readonly ratio?: Summary
  /** Further figures, each by a name that ends with its unit: `p99 µs`. The same names in all rows of a comparison. */
  readonly more?: Readonly<Record<string, number | string | Summary>>
  /** What we want of it. On our own rows only. */
  readonly target?: Target
}

interface Failed extends Identity {
  /** In a line: what was thrown, or how much of what was asked for was not there. */
  readonly failed: string
}

interface Identity {
  /** Unique in a comparison but for `at`; a peer's is its name and, where it is not the default, its setting. */
  readonly contender: string
  /** `floor`: what a cache stands on, or the code without a cache. */
  readonly kind: 'floor' | 'ours' | 'peer'
  /** Of a peer: `BentoCache`, the same in all its settings. */
  readonly peer?: string
  /** How it is set up, in a line, where that is not its default. */
  readonly setting?: string
  /** What the setting gives up, in a line. */
  readonly givesUp?: string
  /** Of the comparison's parameter. */
  readonly at?: number | string
}

/** A bound for the median: at most so much where less is better, at least so much where more is. */
export interface Target {
  readonly of: 'ratio' | 'value'
  /** What we aim at on a quiet machine. */
  readonly goal: number
  /** What no change may fall behind. */
  readonly gate?: number
}
