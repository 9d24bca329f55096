import { parseArgs } from 'node:util'
import type { ReplayOptions } from './replay.ts'

/** What `pnpm sim warming` asks for. */
export interface WarmingOptions {
  readonly paths: readonly string[]
  /** Entries of memory, as a share of a trace's keys. */
  readonly share: number
  readonly replay: Omit<ReplayOptions, 'capacity'>
  readonly reads: number
  readonly json: boolean
  /** Where the plots go. */
  readonly html: string | undefined
  readonly help: boolean
}

/** Reads its part of the command line. Throws an `Error` that says what to write instead. */
export function readWarmingOptions(argv: readonly string[]): WarmingOptions {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      share: { type: 'string', default: '5%' },
      restart: { type: 'string', default: '60%' },
      save: { type: 'string', default: '1' },
      killed: { type: 'boolean', default: false },
      eviction: { type: 'string', default: 'lru' },
      reads: { type: 'string', default: '10000000' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { eviction, killed, json, html, help } = values
  if (positionals.length === 0 && !help) throw new Error('Name a trace, or a folder of traces.')
  if (eviction !== 'lru' && eviction !== 'adaptive')
    throw new Error(`--eviction takes lru or adaptive, not ${eviction}`)
  const reads = Number(values.reads)
  if (!Number.isInteger(reads) || reads < 1)
    throw new Error(`--reads takes a whole number from 1 up, not ${values.reads}`)
  const save = Number(values.save)
  if (!(save > 0 && save < Infinity)) throw new Error(`--save takes a number above 0, not ${values.save}`)
  return {
    paths: positionals,
    share: percentage(values.share, 'share'),
    replay: { restartAt: percentage(values.restart, 'restart'), saveEvery: save, killed, eviction },
    reads,
    json,
    html,
    help,
  }
}

function percentage(text: string, name: string): number {
  const [, digits] = /^(\d+(?:\.\d+)?)%$/.exec(text.trim()) ?? []
  const share = Number(digits) / 100
  if (share > 0 && share < 1) return share
  throw new Error(`--${name} takes a share such as 5%, not ${text}`)
}
