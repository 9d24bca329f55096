import { parseArgs } from 'node:util'
import type { AskedSize } from './compare.ts'
import { POLICIES, type PolicyName } from './replay.ts'

/** What the command line asks for. */
export interface Options {
  readonly paths: readonly string[]
  readonly policies: readonly PolicyName[]
  readonly sizes: readonly AskedSize[]
  readonly bytes: boolean
  readonly reads: number
  readonly json: boolean
  /** Where the plots go. */
  readonly html: string | undefined
  readonly help: boolean
}

/** Reads the command line. Throws an `Error` that says what to write instead. */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      policies: { type: 'string', default: 'lru,adaptive,opt' },
      sizes: { type: 'string', default: '1%,5%,10%,20%' },
      bytes: { type: 'boolean', default: false },
      reads: { type: 'string', default: '800000' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const policies = values.policies.split(',').map(name => {
    const known = POLICIES.find(policy => policy === name.trim())
    if (known === undefined) throw new Error(`There is no policy ${name}. There are ${POLICIES.join(', ')}.`)
    return known
  })
  const reads = Number(values.reads)
  if (!Number.isInteger(reads) || reads < 1)
    throw new Error(`--reads takes a whole number from 1 up, not ${values.reads}`)
  const { bytes, json, html, help } = values
  if (positionals.length === 0 && !help) throw new Error('Name a trace, or a folder of traces.')
  return {
    paths: positionals,
    policies: bytes && values.policies === 'lru,adaptive,opt' ? ['lru', 'adaptive', 'size-aware'] : policies,
    sizes: values.sizes.split(',').map(readSize),
    bytes,
    reads,
    json,
    html,
    help,
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** A size as `--sizes` takes it. Throws an `Error` that says what to write instead. */
export function readSize(text: string): AskedSize {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(%|kb|mb|gb)?$/i.exec(text.trim()) ?? []
  const amount = Number(digits)
  if (digits === undefined || !(amount > 0))
    throw new Error(`--sizes takes shares such as 5%, and numbers such as 1000 or 64mb, not ${text}`)
  if (unit === '%') return { share: amount / 100 }
  return { is: Math.round(amount * (UNITS[unit.toLowerCase()] ?? 1)) }
}
