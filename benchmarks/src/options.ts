import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Names of suites: all, unless some were named. */
  readonly suites: readonly string[]
  /** The other caches that take part: all, unless some were named. */
  readonly peers: readonly string[]
  readonly json: boolean
  readonly quick: boolean
  readonly rounds: number | undefined
  /** The name of the file the results are kept under. */
  readonly save: string
  readonly gate: boolean
  readonly help: boolean
}

/** The names there are. */
export interface Known {
  readonly suites: readonly string[]
  readonly peers: readonly string[]
}

/** Reads the command line. Throws an `Error` that says what to write instead. */
export function readOptions(argv: readonly string[], known: Known): Options {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      peers: { type: 'string' },
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      save: { type: 'string', default: 'latest' },
      gate: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const suites = named('suite', positionals, known.suites)
  if (!/^[\w-]{1,64}$/.test(values.save))
    throw new Error(`--save takes a name of letters, digits and dashes, not ${values.save}`)
  if (values.gate && argv.filter(argument => argument !== '--').length > 1)
    throw new Error('--gate takes nothing else: what it measures is the same each time')
  return {
    ...values,
    suites: suites.length === 0 ? known.suites : suites,
    peers: readPeers(values.peers, known.peers),
    rounds: readRounds(values.rounds),
  }
}

function readPeers(text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined || text === 'all') return known
  if (text === 'none') return []
  return named('peer', text.split(','), known)
}

function named(what: string, names: readonly string[], known: readonly string[]): readonly string[] {
  const stranger = names.find(name => !known.includes(name))
  if (stranger !== undefined)
    throw new Error(`There is no ${what} ${stranger}. There are ${known.join(', ')}.`)
  return names
}

function readRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    throw new Error(`--rounds takes a whole number from 1 to 1000, not ${text}`)
  return rounds
}
