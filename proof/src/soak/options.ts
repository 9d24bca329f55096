import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface SoakOptions {
  readonly minutes: number
  readonly instances: number
  readonly seed: number
  /** The folder of the report. */
  readonly out: string
  readonly json: boolean
  readonly help: boolean
}

export const HELP = `Runs tiercache for hours under faults, and looks for memory that grows and values that are wrong.

  pnpm soak [--minutes <n>] [--instances <n>] [--seed <n>] [--out <folder>] [--json]

  --minutes <n>    how long (default: 120); what a shorter soak cannot show, it says
  --instances <n>  processes with a cache each, on one Redis (default: 8)
  --seed <n>       where chance begins (default: 1)
  --out <folder>   where soak.json and soak.html go (default: proof/results)
  --json           print the result as JSON instead of a summary; progress goes to stderr

Ctrl-C ends it with a report of what was seen so far.
Exit codes: 0 nothing found, 1 a leak, a violation or a process that died, 2 the command line is wrong, 130 stopped before the end.
`

const DEFAULT_OUT = 'results'

/** Reads the command line. Throws an `Error` that names the option and what it takes. */
export function readSoakOptions(argv: readonly string[]): SoakOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    options: {
      minutes: text,
      instances: text,
      seed: text,
      out: text,
      json: flag,
      help: { ...flag, short: 'h' },
    },
  })
  const out = values.out ?? DEFAULT_OUT
  if (out.trim() === '') throw new Error('--out takes the folder for the report, not an empty name.')
  return {
    minutes: read('--minutes', values.minutes, 120, 0.5, 60 * 24 * 30),
    instances: read('--instances', values.instances, 8, 1, 64, true),
    seed: read('--seed', values.seed, 1, 0, 2 ** 32 - 1, true),
    out,
    json: values.json,
    help: values.help,
  }
}

function read(
  option: string,
  text: string | undefined,
  fallback: number,
  least: number,
  most: number,
  whole = false,
): number {
  if (text === undefined) return fallback
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
  throw new Error(`${option} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}".`)
}
