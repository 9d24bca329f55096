import { mkdirSync, writeFileSync } from 'node:fs'
import { findRedis } from '@tiercache/redis-server'
import { type Options, readOptions } from './options.ts'
import { factsOf, formatFacts } from './report/machine.ts'
import { Progress } from './report/progress.ts'
import { formatTable } from './report/table.ts'
import { suites } from './suites/index.ts'
import type { SuiteResult } from './suites/suite.ts'

const HELP = `Measures tiercache against the floors it stands on. Every claim is a ratio taken inside one run.

  pnpm bench [suite…] [--quick] [--rounds <n>] [--save <name>] [--json]

suites
${suites.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}

  --quick        less of everything: to see that it works, not to quote
  --rounds <n>   rounds per launch
  --save <name>  keep the results as results/<name>.json (default: latest)
  --json         print the results as JSON instead of tables

REDIS_URL, if set, is the Redis that is used: keys are written there. Otherwise one is started and ended.
Exit codes: 0 all ran, 1 a suite failed or a promise was broken, 2 the command line is wrong.
`

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(
      argv,
      suites.map(suite => suite.name),
    )
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee --help.\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  try {
    return await measure(options)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return 1
  }
}

async function measure(options: Options): Promise<number> {
  const redis = await findRedis({ log: line => process.stderr.write(`${line}\n`) })
  const progress = new Progress()
  try {
    const facts = await factsOf(redis.url)
    if (!options.json) process.stdout.write(`${formatFacts(facts)}\n`)
    const chosen = suites.filter(({ name }) => options.suites.length === 0 || options.suites.includes(name))
    const results: Record<string, SuiteResult> = {}
    for (const suite of chosen) {
      progress.begin(suite.name)
      const result = await suite.run({
        environment: { redisUrl: redis.url },
        rounds: options.rounds,
        quick: options.quick,
        onProgress: (share, what) => progress.at(share, what),
      })
      progress.end()
      results[suite.name] = result
      if (!options.json) show(result)
    }
    const kept = { format: 1, ...facts, quick: options.quick, suites: results }
    save(options.save, kept)
    if (options.json) process.stdout.write(`${JSON.stringify(kept, rounded, 2)}\n`)
    return Object.values(results).some(({ failures }) => failures.length > 0) ? 1 : 0
  } finally {
    progress.end()
    await redis.stop()
  }
}

function show({ tables, failures }: SuiteResult): void {
  for (const table of tables) process.stdout.write(`\n${formatTable(table)}\n`)
  for (const failure of failures) process.stdout.write(`\nBROKEN  ${failure}\n`)
}

function save(name: string, results: unknown): void {
  const folder = new URL('../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, rounded, 2)}\n`)
}

/** Digits that mean nothing are not kept, nor is what only printing needs. */
function rounded(name: string, value: unknown): unknown {
  if (name === 'columns') return undefined
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
