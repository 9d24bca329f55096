import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Names of sections, each once; empty for what runs by itself. */
  readonly sections: readonly string[]
  readonly quick: boolean
  readonly seed: number
  readonly seeds: number | undefined
  /** The folder of the report. */
  readonly out: string | undefined
  readonly json: boolean
  readonly list: boolean
  readonly help: boolean
}

/** Reads the command line. Throws an `Error` that names the option, what was given, and what to write instead. */
export function readOptions(argv: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parse(argv)
  for (const name of positionals) {
    if (known.includes(name)) continue
    const near = known.find(other => other.startsWith(name) || name.startsWith(other))
    const hint = near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${near}?`
    throw new Error(`There is no section "${name}". ${hint}`)
  }
  return {
    ...values,
    sections: [...new Set(positionals)],
    seed: readWhole('--seed', values.seed, 0, 2 ** 32 - 1) ?? 1,
    seeds: readWhole('--seeds', values.seeds, 1, 10_000_000),
    out: readFolder(values.out),
  }
}

function parse(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  return parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      quick: flag,
      seed: text,
      seeds: text,
      out: text,
      json: flag,
      list: flag,
      help: { ...flag, short: 'h' },
    },
  })
}

function readWhole(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Error(`${option} takes a whole number from ${least} to ${most}, not "${text}".`)
}

function readFolder(text: string | undefined): string | undefined {
  if (text?.trim() === '') throw new Error('--out takes the folder for the report, not an empty name.')
  return text
}
