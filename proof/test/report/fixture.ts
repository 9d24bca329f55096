import type { ReportData, SectionReport } from '../../src/report/data.ts'
import type { Outcome, Tally } from '../../src/section.ts'

/** An outcome that has nothing but what a test is about. */
export function outcome(some: Partial<Outcome> = {}): Outcome {
  return { failures: [], summary: 'all well', figures: [], tables: [], plots: [], ...some }
}

export function section(name: string, some: Partial<Outcome> = {}): SectionReport {
  const ended = outcome(some)
  const state = ended.failures.length === 0 ? 'passed' : 'failed'
  return { name, title: `About ${name}`, explains: 'What is done.', state, seconds: 1.5, outcome: ended }
}

export function report(sections: readonly SectionReport[], some: Partial<ReportData> = {}): ReportData {
  return {
    format: 1,
    command: 'pnpm prove --seed 1',
    seed: 1,
    quick: false,
    interrupted: false,
    seconds: 61,
    facts: {
      date: '2026-01-02 03:04 UTC',
      machine: { cores: 2, cpu: 'a cpu', memoryGb: 4, system: 'linux' },
      versions: { node: '26.0.0' },
    },
    sections,
    left: [],
    ...some,
  }
}

export function tally(topology: string, some: Partial<Tally> = {}): Tally {
  return { topology, seeds: 1, firstSeed: 1, reads: 1000, violations: {}, ...some }
}
