import { isKept, type ReportData, type SectionReport } from '../report/data.ts'
import { verdictOf } from '../report/verdict.ts'
import type { Failure } from '../section.ts'
import { paint, type Screen } from './progress.ts'

/** The lines of a failure's timeline that a terminal is given; the report has all. */
const LINES = 25

/** A run in words: each section in a line, then what was broken with the command that repeats it, then where the report is. */
export function formatSummary(data: ReportData, report: string, screen: Screen): string {
  const width = Math.max(...data.sections.map(({ name }) => name.length))
  const lines = data.sections.map(section => lineOf(section, width, screen))
  const failures = data.sections.flatMap(({ name, outcome }) =>
    outcome.failures.map(failure => describe(name, failure, screen)),
  )
  const verdict = paint(isKept(data) ? ['bold', 'green'] : ['bold', 'red'], verdictOf(data), screen)
  return `\n${lines.join('\n')}\n${failures.join('')}\n${verdict}\nReport: ${report}\n`
}

function lineOf({ name, state, outcome, seconds }: SectionReport, width: number, screen: Screen): string {
  const words = { passed: 'passed', failed: 'FAILED', interrupted: 'stopped' }
  const verdict = paint(state === 'passed' ? 'green' : 'red', words[state].padEnd(7), screen)
  return `${name.padEnd(width)}  ${verdict}  ${`${Math.round(seconds)} s`.padStart(6)}  ${outcome.summary}`
}

function describe(section: string, { title, detail, repeat, view }: Failure, screen: Screen): string {
  const all = detail.trimEnd().split('\n')
  const shown = all.slice(0, LINES).map(line => `  ${line}\n`)
  const more = all.length > LINES ? `  … ${all.length - LINES} more lines in the report\n` : ''
  const seen = view === undefined ? '' : `  to see it:     ${view}\n`
  const head = paint(['bold', 'red'], `${section}: not kept: ${title}`, screen)
  return `\n${head}\n${shown.join('')}${more}${seen}  to repeat it:  ${repeat}\n`
}
