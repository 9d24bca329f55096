import type { Figure, Plot, Table } from '@tiercache/report'
import type { Invariant } from './history/check.ts'

export type { Figure, Plot, Table }

/** One part of `pnpm prove`: it runs by itself, tells how far it is, and ends with facts for the report. */
export interface Section {
  /** As on the command line. */
  readonly name: string
  readonly title: string
  /** One line for `--help` and one paragraph, in words a user understands, for the report: what is done, and what would fail. */
  readonly about: string
  readonly explains: string
  run(context: Context): Promise<Outcome>
}

/** What a section is given. */
export interface Context {
  /** Where chance begins; a section that is given the same seed tries the same things. */
  readonly seed: number
  /** The short form: what CI runs with every change. */
  readonly quick: boolean
  /** How many seeds to simulate, if the caller said so. */
  readonly seeds: number | undefined
  /** A folder of this run for what is too long for a report: histories, timelines. It exists. */
  readonly folder: string
  /** 0 to 1, and a few words. */
  readonly onProgress: (share: number, what: string) => void
}

/** How a section ended. */
export interface Outcome {
  /** What broke a promise, one entry each; none: passed. */
  readonly failures: readonly Failure[]
  /** One line that says it all: "10 000 seeds, 0 violations". */
  readonly summary: string
  /** Figures for the tiles at the top of the section, in order. */
  readonly figures: readonly Figure[]
  readonly tables: readonly Table[]
  readonly plots: readonly Plot[]
  /** What the top of the report adds up over all sections. A section leaves out what it does not measure. */
  readonly counts?: Counts
}

interface Counts {
  /** Histories that were checked: one entry for each, or for each topology where there are thousands. */
  readonly histories?: readonly Tally[]
  /** Parts of the protocol that were switched off, and how many of them were noticed. */
  readonly ablations?: { readonly caught: number; readonly of: number }
  /** The oldest answer that called itself fresh, and the Δ that it is held to. */
  readonly staleness?: { readonly worstMs: number; readonly deltaMs: number }
  /** The longest time from the end of a fault to service as before. */
  readonly recovery?: { readonly slowestMs: number; readonly boundMs: number; readonly fault: string }
}

/** Checked histories of one topology. */
export interface Tally {
  /** 'simulator', 'standalone', 'Sentinel', 'Cluster', … */
  readonly topology: string
  /** How many histories these are, and the seed of the first. */
  readonly seeds: number
  readonly firstSeed: number
  readonly reads: number
  /** By invariant; what is not named is 0. */
  readonly violations: Readonly<Partial<Record<Invariant, number>>>
}

export interface Failure {
  /** What was promised and not kept. */
  readonly title: string
  /** Lines of plain text: a timeline. */
  readonly detail: string
  /** The command that repeats it. */
  readonly repeat: string
  /** A file of the run's folder that shows it, such as swim lanes. */
  readonly view?: string
}
