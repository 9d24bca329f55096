import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Progress } from '../cli/progress.ts'
import { packages } from '../cli/sections.ts'
import { formatSummary } from '../cli/summary.ts'
import type { ReportData, SectionReport } from '../report/data.ts'
import { factsOf, formatFacts } from '../report/machine.ts'
import { renderReport } from '../report/render.ts'
import { HELP, readSoakOptions, type SoakOptions } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { soakSection } from './section.ts'
import { soak } from './soak.ts'

process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  let options: SoakOptions
  try {
    options = readSoakOptions(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nSee pnpm soak --help.\n`)
    return 2
  }
  if (!options.help) return run(options)
  process.stdout.write(HELP)
  return 0
}

async function run(options: SoakOptions): Promise<number> {
  const { minutes, instances, seed } = options
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
  const facts = await factsOf(undefined, packages)
  process.stderr.write(`${formatFacts(facts)}\n`)
  const command = `pnpm soak --minutes ${minutes} --instances ${instances} --seed ${seed}`
  const progress = new Progress()
  progress.begin('soak', 1, 1)
  const begunAt = performance.now()
  const onProgress = (share: number, what: string): void => progress.at(share, what)
  const seen = await soak({ minutes, instances, seed, signal: stop.signal, onProgress })
  const outcome = outcomeOf(seen, command)
  const passed = outcome.failures.length === 0
  progress.end(passed, outcome.summary)
  const seconds = (performance.now() - begunAt) / 1000
  const { name, explains } = soakSection
  const title = `${seen.minutes.toFixed(1)} minutes of mixed load under faults`
  const section: SectionReport = {
    name,
    title,
    explains,
    state: passed ? 'passed' : 'failed',
    seconds,
    outcome,
  }
  const interrupted = stop.signal.aborted
  const data: ReportData = {
    format: 1,
    command,
    seed,
    quick: false,
    interrupted,
    seconds,
    facts,
    sections: [section],
    left: [],
  }
  const page = save(data, options.out)
  if (options.json) process.stdout.write(`${JSON.stringify(data, undefined, 2)}\n`)
  else process.stdout.write(formatSummary(data, page, process.stdout))
  return !passed ? 1 : interrupted ? 130 : 0
}

function save(data: ReportData, folder: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'soak.json'), `${JSON.stringify(data, undefined, 2)}\n`)
  const path = join(folder, 'soak.html')
  writeFileSync(
    path,
    renderReport(data, {
      title: 'tiercache: does it stay as it is?',
      method: [soakSection.explains],
      limits: [],
      tiles: data.sections[0]?.outcome.figures.slice(0, 8) ?? [],
      promises: false,
    }),
  )
  return path
}
