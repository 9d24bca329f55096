import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRedis } from '@tiercache/redis-server'
import { type Options, readOptions } from './cli/options.ts'
import { claimFolder } from './cli/folder.ts'
import { helpOf, listOf } from './cli/help.ts'
import { Progress } from './cli/progress.ts'
import { repeatOf, runSections } from './cli/run-sections.ts'
import { packages, runByItself, sections } from './cli/sections.ts'
import { formatSummary } from './cli/summary.ts'
import { isKept, type ReportData } from './report/data.ts'
import { type Facts, factsOf, formatFacts } from './report/machine.ts'
import { renderReport } from './report/render.ts'

// What a section leaves running after all must not hold whoever waits for the verdict.
process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  let options: Options
  let folder: string
  try {
    options = readOptions(
      argv,
      sections.map(section => section.name),
    )
    if (options.help) return say(helpOf(sections))
    if (options.list) return say(listOf(sections))
    folder = claimFolder(options.out)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee pnpm prove --help.\n`)
    return 2
  }
  try {
    return await prove(options, folder)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return 1
  }
}

async function prove(options: Options, folder: string): Promise<number> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
  const begunAt = performance.now()
  const facts = await gatherFacts()
  process.stderr.write(`${formatFacts(facts)}\n`)
  const all = sections.filter(section => runByItself(section, options.quick))
  const chosen =
    options.sections.length === 0 ? all : sections.filter(({ name }) => options.sections.includes(name))
  const reports = await runSections({
    sections: chosen,
    options,
    folder,
    progress: new Progress(),
    signal: stop.signal,
  })
  const data: ReportData = {
    format: 1,
    command: repeatOf(options.sections.join(' '), options),
    seed: options.seed,
    quick: options.quick,
    interrupted: stop.signal.aborted,
    seconds: (performance.now() - begunAt) / 1000,
    facts,
    sections: reports,
    left: all.filter(({ name }) => !reports.some(report => report.name === name)).map(({ name }) => name),
  }
  const path = save(data, folder)
  if (options.json) process.stdout.write(`${JSON.stringify(data, undefined, 2)}\n`)
  else process.stdout.write(formatSummary(data, path, process.stdout))
  if (data.interrupted) return 130
  return isKept(data) ? 0 : 1
}

/** Sections start servers of their own; this one is asked for its version, and shows at once when there is none to be had. */
async function gatherFacts(): Promise<Facts> {
  const redis = await findRedis({ log: line => process.stderr.write(`${line}\n`) })
  try {
    return await factsOf(redis.url, packages)
  } finally {
    await redis.stop()
  }
}

function save(data: ReportData, folder: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(data, undefined, 2)}\n`)
  const path = join(folder, 'report.html')
  writeFileSync(path, renderReport(data))
  return path
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
