import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findRedis } from '@tiercache/redis-server'
import { messageOf } from './message-of.ts'
import { type Options, readOptions } from './options.ts'
import { profile } from './profile/command.ts'
import { report } from './report/command.ts'
import { saveReport } from './report/files.ts'
import { factsOf, formatFacts } from './report/machine.ts'
import { Progress } from './report/progress.ts'
import type { Results, SuiteReport } from './results.ts'
import { formatComparison } from './show.ts'
import { peerIds } from './subjects/peers.ts'
import { suites } from './suites/index.ts'
import type { Suite } from './suites/suite.ts'
import { targets } from './targets/command.ts'

const HELP = `Measures tiercache against the floors it stands on and the caches beside it. Every claim is a ratio taken inside one run.

  pnpm bench [suite…] [--peers <list>] [--quick] [--rounds <n>] [--save <name>] [--json]
  pnpm bench --gate
  pnpm bench targets [--help]     times in a service of several processes, on good and bad days
  pnpm bench report [--help]      the page of a run again, from the figures it kept
  pnpm bench profile [--help]     where the time of a hit goes

suites
${suites.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}

  --peers <list> the other caches that take part, with commas between them, or none (default: all)
                 ${peerIds.join(', ')}
  --quick        less of everything: to see that it works, not to quote
  --rounds <n>   rounds per launch
  --save <name>  keep the results as results/<name>.json (default: latest), beside the page results/report.html
  --json         print the results as JSON instead of tables
  --gate         hold our own figures to the bounds that no change may pass, as npm test does; takes nothing else

REDIS_URL, if set, is the Redis that is used: keys are written there. Otherwise one is started and ended.
Exit codes: 0 all ran, 1 a suite failed or a promise was broken, 2 the command line is wrong.
`

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv
  if (command === 'targets') return targets(rest)
  if (command === 'report') return report(rest)
  if (command === 'profile') return profile(rest)
  let options: Options
  try {
    options = readOptions(argv, { suites: suites.map(({ name }) => name), peers: peerIds })
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee --help.\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (options.gate) {
    await import('./gate.ts')
    return Number(process.exitCode ?? 1)
  }
  try {
    return await measure(options, `pnpm bench ${argv.filter(argument => argument !== '--').join(' ')}`.trim())
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return 1
  }
}

async function measure(options: Options, command: string): Promise<number> {
  const redis = await findRedis({ log: line => process.stderr.write(`${line}\n`) })
  const progress = new Progress()
  try {
    const facts = await factsOf(redis.url)
    if (!options.json) process.stdout.write(`${formatFacts(facts)}\n`)
    const reports: SuiteReport[] = []
    for (const suite of suites.filter(({ name }) => options.suites.includes(name))) {
      progress.begin(suite.name)
      const report = await measured(suite, redis.url, options, progress)
      progress.end()
      reports.push(report)
      if (!options.json) show(report)
    }
    const results: Results = { format: 2, ...facts, quick: options.quick, command, suites: reports }
    save(options.save, results)
    if (options.json) process.stdout.write(`${JSON.stringify(results, rounded, 2)}\n`)
    return reports.some(({ failures }) => failures.length > 0) ? 1 : 0
  } finally {
    progress.end()
    await redis.stop()
  }
}

/** A suite that throws says so in its result, and the others are measured. */
async function measured(
  { name, about, run }: Suite,
  redisUrl: string,
  { peers, rounds, quick }: Options,
  progress: Progress,
): Promise<SuiteReport> {
  const from = performance.now()
  const onProgress = (share: number, what: string): void => progress.at(share, what)
  const result = await run({ environment: { redisUrl }, peers, rounds, quick, onProgress }).catch(
    (error: unknown) => ({ comparisons: [], failures: [`${name} broke off: ${messageOf(error)}`] }),
  )
  return { name, about, seconds: Math.round((performance.now() - from) / 100) / 10, ...result }
}

function show({ comparisons, failures }: SuiteReport): void {
  for (const comparison of comparisons) process.stdout.write(`\n${formatComparison(comparison)}\n`)
  for (const failure of failures) process.stdout.write(`\nBROKEN  ${failure}\n`)
}

function save(name: string, results: Results): void {
  const folder = new URL('../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, rounded, 2)}\n`)
  saveReport(results, fileURLToPath(new URL('report.html', folder)))
}

/** Digits of what was measured that mean nothing are not kept. */
function rounded(name: string, value: unknown): unknown {
  return typeof value === 'number' && name !== 'at' ? Number(value.toPrecision(4)) : value
}
