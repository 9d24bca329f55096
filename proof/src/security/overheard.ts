import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import type { Cache, CacheEventType } from '@tiercache/core'

const EVENTS: readonly CacheEventType[] = [
  'hit',
  'miss',
  'load',
  'set',
  'fenced',
  'invalidate',
  'replayed',
  'evict',
  'error',
  'breaker',
  'coherence',
  'connection',
  'notify',
]

/** Everything that a process says, as text: what it is told of, and what it writes. */
export interface Overheard {
  /** Notes a value as the most talkative log would print it. */
  note(where: string, value: unknown): void
  /** Notes all that a cache tells from now on. */
  listen(cache: Cache): void
  /** Where a secret was said, with the words around it; and how many characters were searched. */
  search(secrets: readonly string[]): { readonly hits: readonly string[]; readonly characters: number }
  stop(): void
}

export function overhear(): Overheard {
  const said: { readonly where: string; readonly text: string }[] = []
  const note = (where: string, value: unknown): void => {
    said.push({ where, text: typeof value === 'string' ? value : printed(value) })
    if (typeof value === 'object' && value !== null)
      said.push({ where: `${where} as JSON`, text: asJson(value) })
  }
  const undo = [listenToProcess(note), ...EVENTS.map(type => listenToChannel(type, note))]
  return {
    note,
    listen: cache => {
      for (const type of EVENTS) cache.on(type, event => note(`event ${type}`, event))
    },
    search(secrets) {
      const forms = secrets.flatMap(formsOf)
      const hits = said.flatMap(({ where, text }) => {
        const at = Math.max(...forms.map(form => text.indexOf(form)))
        return at < 0 ? [] : [`${where}: …${text.slice(Math.max(0, at - 200), at + 100)}…`]
      })
      return { hits, characters: said.reduce((sum, { text }) => sum + text.length, 0) }
    },
    stop: () => {
      for (const one of undo) one()
    },
  }
}

function printed(value: unknown): string {
  const all = Number.POSITIVE_INFINITY
  return inspect(value, {
    depth: all,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
    breakLength: all,
  })
}

function asJson(value: object): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    return String(error) // a cycle, or a bigint: nothing is said
  }
}

/** As itself, in a URL, in JSON, as bytes are printed, and as they are encoded. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').replace(/..(?!$)/g, '$& '),
    bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
  ]
}

function listenToChannel(type: CacheEventType, note: Overheard['note']): () => void {
  const heard = (message: unknown): void => note(`channel ${type}`, message)
  const events = channel(`tiercache:${type}`)
  events.subscribe(heard)
  return () => {
    events.unsubscribe(heard)
  }
}

type Write = typeof process.stdout.write

/** What goes to the terminal goes there still. */
function listenToProcess(note: Overheard['note']): () => void {
  const warned = (warning: Error): void => note('warning', warning)
  process.on('warning', warned)
  const streams = [process.stdout, process.stderr].map(stream => {
    const write = stream.write.bind(stream) as Write
    stream.write = ((...args: Parameters<Write>) => {
      note('output', String(args[0]))
      return write(...args)
    }) as Write
    return () => void (stream.write = write)
  })
  return () => {
    process.off('warning', warned)
    for (const undo of streams) undo()
  }
}
