import { parseArgs } from 'node:util'
import { messageOf } from '../message-of.ts'
import { createCleanup } from '../../../apps/demo/src/cleanup.ts'
import { keepPart } from '../report/marks.ts'
import { Progress } from '../report/progress.ts'
import { whereMeasured } from '../report/where.ts'
import { examine } from './examine.ts'
import { judge } from './judge.ts'
import { full, quick } from './plan.ts'
import { showTargets, targetsInMarkdown } from './show.ts'

const HELP = `Holds a service against what one asks of a service: not ratios but times, in several processes, over HTTP, on good and bad days.

  pnpm bench targets [--quick] [--json | --markdown]

The demo's marketplace runs in three processes with a database that takes ${full.databaseMs} ms a query, and a Redis of its own. A load of
${full.rate} requests a second (Zipf, ${full.writes * 100} % writes) goes on while the cache fills, while all is well, while Redis hangs, while Redis is
killed and comes back empty, and while one process after the other is restarted. Every answer is checked for staleness.

  --quick     two processes, shorter phases, under half a minute: to see that it works, not to quote
  --json      one JSON document on stdout; progress goes to stderr
  --markdown  the table goes into docs/performance.md

Exit codes: 0 all targets hold, 1 one was missed or something failed, 2 the command line is wrong, 130 interrupted.
`

/** `pnpm bench targets`. Resolves with the exit code. */
export async function targets(argv: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(argv)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee pnpm bench targets --help.\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const cleanup = createCleanup()
  const progress = new Progress()
  progress.begin('targets')
  const where = whereMeasured()
  let code = 1
  try {
    const plan = options.quick ? quick : full
    const onProgress = (share: number, what: string): void => progress.at(share, what)
    const measured = await examine({ plan, cleanup, signal: stop.signal, onProgress })
    progress.end()
    const judged = judge(measured)
    code = judged.every(({ ok }) => ok) ? 0 : 1
    const kept = { ok: code === 0, quick: options.quick, where, plan, targets: judged, measured }
    if (options.markdown) keepPart('targets', targetsInMarkdown(judged, measured, where))
    process.stdout.write(
      options.json
        ? `${JSON.stringify(kept, undefined, 2)}\n`
        : showTargets(judged, measured, process.stdout),
    )
  } catch (error) {
    progress.end()
    process.stderr.write(`targets: ${stop.signal.aborted ? 'interrupted' : messageOf(error)}\n`)
    code = stop.signal.aborted ? 130 : 1
  }
  progress.begin('stopping')
  const troubles = await cleanup.run()
  progress.end()
  for (const trouble of troubles) process.stderr.write(`targets: ${trouble}\n`)
  return troubles.length > 0 && code === 0 ? 1 : code
}

interface Options {
  readonly quick: boolean
  readonly json: boolean
  readonly markdown: boolean
  readonly help: boolean
}

function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return values
}
