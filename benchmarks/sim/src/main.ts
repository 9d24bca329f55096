import { fileURLToPath } from 'node:url'
import { messageOf } from '../../src/message-of.ts'
import { adviseCommand } from './advise/command.ts'
import { cost } from './cost.ts'
import { generate } from './generate.ts'
import { readOptions } from './options.ts'
import { predictCommand } from './predict/command.ts'
import { POLICIES } from './replay.ts'
import { run } from './run.ts'
import { writeTrace } from './trace.ts'
import { ttlCommand } from './ttl/command.ts'
import { warmingCommand } from './warming/command.ts'

const HELP = `Replays traces of reads over the policies that decide what memory keeps.

  pnpm sim <trace or folder…> [--policies <names>] [--sizes <sizes>] [--bytes] [--reads <n>] [--html <file>] [--json]
  pnpm sim cost                what each policy costs: time and memory over lru-cache
  pnpm sim advise --trace <trace or folder>… [--policies <names>] [--reads <n>] [--rounds <n>] [--html <file>] [--json]
                               what cache.memory.advise() says against replays at twelve sizes, and what it costs
  pnpm sim generate            makes the trace of this repository anew, the same each time
  pnpm sim ttl [<trace of changes>…] [--target 0.02 | --stale-age <ms>] [--keys <n>] [--reads <n>] [--seed <n>] [--others] [--json]
                               the adaptive ttl against the best fixed one; without a trace on four synthetic days
  pnpm sim warming <trace or folder…>
                               what a restart costs, cold and warmed; --help tells its options
  pnpm sim predict <trace or folder…> [--sizes 2%,10%] [--depths 1,2,4,8] [--think 0,0.5,2] [--eviction lru] [--html <file>] [--json]
                               what fetching ahead spares; --think is the time between two reads, in round trips to Redis

A trace is NAME.keys.gz, with NAME.sizes.gz and NAME.times.gz beside it if it tells them: as cache.recordTrace(file) writes it.

  --policies <names>  of ${POLICIES.join(', ')}; the first is what the others are compared with (default: lru,adaptive,opt)
  --sizes <sizes>     shares of the different keys, or numbers (default: 1%,5%,10%,20%)
  --bytes             sizes are bytes: shares of all values, or 64mb (default policies: lru,adaptive,size-aware)
  --reads <n>         the first reads of a trace (default: 800000)
  --html <file>       keeps plots as one page
  --json              prints the results as JSON; progress goes to stderr

Exit codes: 0 all ran, 1 a trace could not be read, 2 the command line is wrong.
`

/** What else there is to simulate, by the first word of the command line. */
const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => void | Promise<void>>> = {
  advise: adviseCommand,
  cost,
  generate: () => writeTrace(fileURLToPath(new URL('../traces/mixed', import.meta.url)), generate()),
  predict: predictCommand,
  ttl: ttlCommand,
  warming: warmingCommand,
}

// A script of a package runs in its folder; paths are those of who called it.
process.chdir(process.env['INIT_CWD'] ?? '.')
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  let options: ReturnType<typeof readOptions> | undefined
  try {
    options = command === undefined ? readOptions(argv) : undefined
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee --help.\n`)
    return 2
  }
  // A restart has more options than fit here.
  if (options?.help === true || (command !== warmingCommand && rest.includes('--help'))) {
    process.stdout.write(HELP)
    return 0
  }
  try {
    if (options === undefined) await command?.(rest)
    else run(options)
    return 0
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return isOfCommandLine(error) ? 2 : 1
  }
}

/** What `parseArgs` throws. */
function isOfCommandLine(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
