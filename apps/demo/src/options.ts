import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly seconds: number
  readonly instances: number
  readonly rate: number
  readonly concurrency: number
  readonly writes: number
  readonly zipf: number
  readonly dbMs: number
  readonly maxStaleness: number
  readonly port: number
  readonly seed: number
  readonly chaos: boolean
  readonly incoherent: boolean
  readonly json: boolean
  readonly help: boolean
}

/** A mistake of the caller: one line that names the option, the value it got and what to do. */
export class UsageError extends Error {}

interface NumberOption {
  readonly fallback: number
  readonly min: number
  readonly max: number
  readonly whole: boolean
  readonly help: string
}

const whole = (fallback: number, min: number, max: number, help: string): NumberOption => {
  return { fallback, min, max, whole: true, help }
}
const any = (fallback: number, min: number, max: number, help: string): NumberOption => {
  return { fallback, min, max, whole: false, help }
}

const numbers: Readonly<Record<string, NumberOption>> = {
  seconds: any(15, 2, 3600, 'how long the load lasts'),
  instances: whole(3, 1, 16, 'processes that serve the marketplace'),
  rate: whole(800, 1, 20_000, 'requests per second, all instances together'),
  concurrency: whole(32, 1, 512, 'most requests under way at once'),
  writes: any(0.05, 0, 0.5, 'share of requests that write'),
  zipf: any(1, 0, 3, 'how unequal the rows are read; 0: all alike'),
  'db-ms': any(10, 0, 1000, 'latency added to each database query'),
  'max-staleness': whole(2000, 100, 60_000, 'the bound Δ, in ms'),
  port: whole(0, 0, 65_535, 'port of the one address; 0: any free one'),
  seed: whole(1, 0, 2 ** 31, 'the same seed makes the same rows and load'),
}

const switches: Readonly<Record<string, string>> = {
  chaos: 'kill Redis and one instance under load, bring both back',
  incoherent: 'control experiment: the instances share nothing, so this must end with violations',
  json: 'print one JSON document at the end and nothing else',
  help: 'print this text',
}

/** The shortest run in which both outages and the recoveries fit. */
const chaosSeconds = 8

/** Reads the command line. @throws UsageError for an unknown option or a value outside its range. */
export function readOptions(
  args: readonly string[],
  environment: { readonly REDIS_URL?: string | undefined },
): DemoOptions {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries([
      ...Object.keys(numbers).map(name => [name, { type: 'string' as const }]),
      ...Object.keys(switches).map(name => [name, { type: 'boolean' as const }]),
    ]),
  })
  const values = new Map(Object.entries(numbers).map(([name, option]) => [name, option.fallback]))
  const on = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new UsageError(`"${token.value}": takes options only; --help lists them`)
    if (token.kind !== 'option') continue
    const number = numbers[token.name]
    if (number) values.set(token.name, readNumber(token.name, token.value, number))
    else if (token.name in switches) on.add(readSwitch(token.name, token.value))
    else throw new UsageError(`${token.rawName}: no such option; --help lists them`)
  }
  const of = (name: string): number => values.get(name) ?? Number.NaN
  const options: DemoOptions = {
    seconds: of('seconds'),
    instances: of('instances'),
    rate: of('rate'),
    concurrency: of('concurrency'),
    writes: of('writes'),
    zipf: of('zipf'),
    dbMs: of('db-ms'),
    maxStaleness: of('max-staleness'),
    port: of('port'),
    seed: of('seed'),
    chaos: on.has('chaos'),
    incoherent: on.has('incoherent'),
    json: on.has('json'),
    help: on.has('help'),
  }
  if (!options.help) refuseContradictions(options, environment.REDIS_URL)
  return options
}

function readNumber(name: string, text: string | undefined, option: NumberOption): number {
  const wanted = `a ${option.whole ? 'whole ' : ''}number from ${option.min} to ${option.max}, or leave it out for ${option.fallback}`
  if (text === undefined) throw new UsageError(`--${name} has no value; give it ${wanted}`)
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= option.min && value <= option.max) || (option.whole && !Number.isInteger(value)))
    throw new UsageError(`--${name} is "${text}"; give it ${wanted}`)
  return value
}

function readSwitch(name: string, text: string | undefined): string {
  if (text !== undefined)
    throw new UsageError(`--${name} is "${text}"; it takes no value, give --${name} alone`)
  return name
}

function refuseContradictions(options: DemoOptions, redisUrl: string | undefined): void {
  if (redisUrl && !URL.canParse(redisUrl))
    throw new UsageError(
      'REDIS_URL is not a URL; set it to redis://host:port, or unset it and the demo starts a server',
    )
  if (!options.chaos) return
  if (redisUrl)
    throw new UsageError(
      '--chaos kills Redis, and the server at REDIS_URL is not ours to kill; unset REDIS_URL, or leave --chaos out',
    )
  if (options.seconds < chaosSeconds)
    throw new UsageError(`--seconds is "${options.seconds}"; --chaos needs ${chaosSeconds} or more`)
  if (options.instances < 2)
    throw new UsageError(
      `--instances is "${options.instances}"; --chaos kills one of them and needs 2 or more`,
    )
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = [
    ...Object.entries(numbers).map(
      ([name, { help, fallback }]) => [`--${name} <n>`, `${help} (${fallback})`] as const,
    ),
    ...Object.entries(switches).map(([name, help]) => [`--${name}`, help] as const),
  ]
  return [
    'A marketplace on several instances behind one address, cached by tiercache, under a load that checks every answer.',
    '',
    'Usage: npm run demo -- [options]',
    '',
    ...rows.map(([name, help]) => `  ${name.padEnd(22)}${help}`),
    '',
    'Redis: the server at REDIS_URL if that is set, else one of its own that stops with the demo.',
    'Exit: 0 every answer was within the bound, 1 a violation or a failure, 2 a wrong option, 130 interrupted.',
  ].join('\n')
}
