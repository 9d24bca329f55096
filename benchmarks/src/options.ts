import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Names of suites; empty for all. */
  readonly suites: readonly string[]
  readonly json: boolean
  readonly quick: boolean
  readonly rounds: number | undefined
  /** The name of the file the results are kept under. */
  readonly save: string
  readonly help: boolean
}

/** Reads the command line. Throws an `Error` that says what to write instead. */
export function readOptions(argv: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      save: { type: 'string', default: 'latest' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const stranger = positionals.find(name => !known.includes(name))
  if (stranger !== undefined) throw new Error(`There is no suite ${stranger}. There are ${known.join(', ')}.`)
  if (!/^[\w-]{1,64}$/.test(values.save))
    throw new Error(`--save takes a name of letters, digits and dashes, not ${values.save}`)
  return { ...values, suites: positionals, rounds: readRounds(values.rounds) }
}

function readRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    throw new Error(`--rounds takes a whole number from 1 to 1000, not ${text}`)
  return rounds
}
