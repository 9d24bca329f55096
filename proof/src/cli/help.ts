import type { Section } from '../section.ts'
import { runByItself } from './sections.ts'

/** What `--help` says. */
export function helpOf(sections: readonly Section[]): string {
  return `Proves what tiercache promises, and writes a report that shows how.

  pnpm prove [section…] [--quick] [--seed <n>] [--seeds <n>] [--out <folder>] [--json]

sections
${listOf(sections)}
  --quick         the short form, which runs with every change
  --seed <n>      where chance begins: the same seed tries the same things (default: 1)
  --seeds <n>     how many seeds to simulate
  --out <folder>  where report.html and report.json go (default: proof/results)
  --json          print the report as JSON instead of a summary; progress goes to stderr
  --list          name the sections

All of it takes less than 20 minutes on two cores. Sections start Redis servers of their own, and end them.
Exit codes: 0 everything was kept, 1 something was not, 2 the command line is wrong, 130 stopped before the end.
`
}

/** A line for each section. */
export function listOf(sections: readonly Section[]): string {
  const lines = sections.map(section => {
    const note = runByItself(section, true) ? '' : ' (not with --quick, unless named)'
    return `  ${section.name.padEnd(14)}  ${section.about}${note}\n`
  })
  return lines.join('')
}
