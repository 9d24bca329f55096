import type { Outcome } from '../section.ts'
import type { Facts } from './machine.ts'

/** All that a report says: what is kept as `report.json`. */
export interface ReportData {
  readonly format: 1
  /** The command that makes such a report. */
  readonly command: string
  readonly seed: number
  readonly quick: boolean
  /** Somebody stopped the run. */
  readonly interrupted: boolean
  readonly seconds: number
  readonly facts: Facts
  readonly sections: readonly SectionReport[]
  /** Sections that a run of everything has, and this one does not. */
  readonly left: readonly string[]
}

/** A section, and how it ended. */
export interface SectionReport {
  readonly name: string
  readonly title: string
  readonly explains: string
  /** `interrupted`: stopped before its end, so nothing is known. */
  readonly state: 'passed' | 'failed' | 'interrupted'
  readonly seconds: number
  readonly outcome: Outcome
}

/** An outcome that has nothing to tell yet. */
export const nothing: Outcome = { failures: [], summary: '', figures: [], tables: [], plots: [] }

/** Whether all that ran kept what was promised, and everything that was asked for ran to its end. */
export function isKept({ sections, interrupted }: ReportData): boolean {
  return !interrupted && sections.every(section => section.state === 'passed')
}
