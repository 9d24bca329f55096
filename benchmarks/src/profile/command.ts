import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis } from '@tiercache/redis-server'
import { messageOf } from '../message-of.ts'
import { keepPart } from '../report/marks.ts'
import { Progress } from '../report/progress.ts'
import { whereMeasured } from '../report/where.ts'
import { rotated, summarize, type Summary } from '../statistics.ts'
import type { Found, Order } from './child.ts'
import { type RedisCost, redisCosts } from './redis-cost.ts'
import type { Share } from './self-time.ts'
import { showProfile } from './show.ts'
import { steps } from './steps.ts'

const HELP = `Where the time of a hit goes: steps towards a hit in memory, functions of hits in memory and in Redis, and what Redis itself spends.

  pnpm bench profile [--rounds <n>] [--json | --markdown]

  --rounds <n>   how often each step is timed, in turns (default: 5)
  --json         one JSON document on stdout
  --markdown     the tables go into docs/performance.md

Times are of the processor, in the thread that reads: waiting is not in them. Takes about a minute and starts a Redis of its own. Compare figures of one run only, and when nothing else runs.
`

/** Where the time goes, as far as one run can tell. */
export interface ProfileResult {
  readonly where: string
  readonly steps: readonly { readonly name: string; readonly ns: Summary }[]
  readonly hits: readonly { readonly name: string; readonly ns: number; readonly shares: readonly Share[] }[]
  readonly redis: readonly RedisCost[]
}

const STEP_MS = 300
const PROFILE_MS = 1500
const OPERATIONS = 4000

/** `pnpm bench profile`. Resolves with the exit code: 0 done, 1 something failed, 2 the command line is wrong. */
export async function profile(argv: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(argv)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee pnpm bench profile --help.\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const progress = new Progress()
  const redis = await startRedis()
  try {
    progress.begin('profile')
    const result = await measure(redis.url, options.rounds, (share, what) => progress.at(share, what))
    progress.end()
    tell(result, options)
    return 0
  } catch (error) {
    progress.end()
    process.stderr.write(`profile: ${messageOf(error)}\n`)
    return 1
  } finally {
    await redis.stop()
  }
}

function tell(result: ProfileResult, { json, markdown }: Options): void {
  if (markdown) keepPart('profile', showProfile(result))
  else process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : showProfile(result))
}

async function measure(
  redisUrl: string,
  rounds: number,
  onProgress: (share: number, what: string) => void,
): Promise<ProfileResult> {
  const where = whereMeasured()
  const times = new Map(steps.map(({ name }): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name } of rotated(steps, round)) {
      onProgress((round / rounds) * 0.6, name)
      const { ns } = await ask({ redisUrl, what: name, ms: STEP_MS, profile: false })
      times.get(name)?.push(ns)
    }
  }
  const hits: ProfileResult['hits'][number][] = []
  for (const [name, what] of profiled) {
    onProgress(0.6 + hits.length * 0.05, name)
    const { ns, shares } = await ask({ redisUrl, what, ms: PROFILE_MS, profile: true })
    hits.push({ name, ns, shares })
  }
  const redis = await redisCosts(redisUrl, OPERATIONS, (share, what) => onProgress(0.8 + share * 0.2, what))
  return { where, steps: [...times].map(([name, ns]) => ({ name, ns: summarize(ns) })), hits, redis }
}

const profiled: readonly (readonly [name: string, what: string | number])[] = [
  ['hit in memory, getSync', 'getSync, Redis attached'],
  ['hit in memory, awaited getOrSet', 'awaited getOrSet, Redis attached'],
  ['hit in Redis, 1 KB, 1 at a time', 1],
  ['hit in Redis, 1 KB, 16 at a time', 16],
  ['hit in Redis, 1 KB, 256 at a time', 256],
]

/** No child takes this long. */
const DEADLINE_MS = 300_000

async function ask(order: Order): Promise<Found> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [JSON.stringify(order)], {
    stdio: 'inherit',
  })
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${order.what}: its process ended with ${String(code)}`)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  try {
    const [found] = (await Promise.race([once(child, 'message'), gone])) as [Found]
    return found
  } finally {
    clearTimeout(timer)
    gone.catch(() => {})
  }
}

interface Options {
  readonly rounds: number
  readonly json: boolean
  readonly markdown: boolean
  readonly help: boolean
}

function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    options: {
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error(`--rounds takes a whole number from 1 to 100, not ${values.rounds}`)
  return { ...values, rounds }
}
