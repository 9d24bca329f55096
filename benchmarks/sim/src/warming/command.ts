import { writeFileSync } from 'node:fs'
import { Progress } from '../../../src/report/progress.ts'
import { formatTable } from '../../../src/report/table.ts'
import { findTraces, readTrace } from '../trace.ts'
import { readWarmingOptions } from './options.ts'
import { warmingPage } from './page.ts'
import { type Replay, replay } from './replay.ts'

/** What was found of one trace. */
export interface Warmed extends Replay {
  readonly trace: string
}

const HELP = `What a restart costs on recorded reads: an instance that begins empty, one that is warmed with the hot keys the one
before had saved, and one that goes on. Real caches and the real warmer, over a stand-in for Redis.

  pnpm sim warming <trace or folder…> [--share 5%] [--restart 60%] [--save 1] [--killed] [--eviction lru|adaptive] [--html <file>] [--json]

  --share <share>     entries of memory, as a share of the different keys (default: 5%)
  --restart <share>   where in the trace the restart is (default: 60%)
  --save <n>          reads between two saves of the hot keys, in capacities of memory (default: 1)
  --killed            the process is killed: it does not save a last time
  --eviction <name>   lru or adaptive (default: lru)
  --reads <n>         the first reads of a trace (default: 10000000)
  --html <file>       keeps plots as one page
  --json              prints the results as JSON; progress goes to stderr
`

/** `pnpm sim warming`: replays traces over a restart, and says what warming saves. */
export async function warmingCommand(argv: readonly string[]): Promise<void> {
  const { paths, share, replay: options, reads, json, html, help } = readWarmingOptions(argv)
  if (help) return void process.stdout.write(HELP)
  const progress = new Progress()
  const found: Warmed[] = []
  for (const base of paths.flatMap(findTraces)) {
    const { name, keys, unique } = readTrace(base, reads)
    progress.begin(name)
    const capacity = Math.max(1, Math.round(unique * share))
    const at = (part: number, what: string): void => progress.at(part, what)
    found.push({ trace: name, ...(await replay([...keys], { ...options, capacity }, at)) })
    progress.end()
  }
  if (html !== undefined) writeFileSync(html, warmingPage(found))
  process.stdout.write(
    json ? `${JSON.stringify({ format: 1, ...options, share, traces: found }, null, 2)}\n` : tableOf(found),
  )
}

function tableOf(found: readonly Warmed[]): string {
  const table = formatTable({
    title: 'What a restart costs',
    note: 'C: entries of memory. To 90 %: reads until memory answers nine tenths of what it did, in C. Misses of the first C reads.',
    columns: ['trace', 'C', 'steady', 'to 90 % cold', 'warmed', 'misses cold', 'misses warmed', 'no restart'],
    rows: found.map(({ trace, capacity, window, steady, cold, warm, kept }) => {
      const change = (misses: number): string => `${Math.round((misses / cold.misses - 1) * 100)} %`
      const inC = (reads: number): string =>
        `${reads <= window ? '<= ' : ''}${(reads / capacity).toFixed(2)} C`
      return {
        trace,
        C: String(capacity),
        steady: `${(steady * 100).toFixed(1)} %`,
        'to 90 % cold': inC(cold.requestsTo90),
        warmed: inC(warm.requestsTo90),
        'misses cold': String(cold.misses),
        'misses warmed': change(warm.misses),
        'no restart': change(kept.misses),
      }
    }),
  })
  return `\n${table}\n`
}
