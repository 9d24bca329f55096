import { type Cache, CacheError } from '@tiercache/core'
import type { Costs } from './costs.ts'
import type { Listeners, RunReport } from './events.ts'
import { lead } from './lead.ts'
import type { Pace } from './pace.ts'
import type { Item, Source, SourceContext } from './source.ts'
import { Tally } from './tally.ts'
import { untilAborted } from './time.ts'

/** Keys that are looked up in Redis in one command. */
const HYDRATE_BATCH = 250
/** What an instance waits longer for another's work than for its own, so that its own deadline speaks first. */
const WAIT_MORE_MS = 1000

/** Why a run ends early. */
export class Stop extends Error {
  readonly ended: 'deadline' | 'stopped' | 'degraded'

  constructor(ended: 'deadline' | 'stopped' | 'degraded') {
    super(`The run ended: ${ended}.`)
    this.ended = ended
  }
}

/** What all runs of a warmer share. */
export interface RunParts {
  readonly context: SourceContext
  /** A namespace of the warmer's own. */
  readonly space: Cache
  readonly pace: Pace
  readonly costs: Costs
  readonly listeners: Listeners
  /** Hears of keys that are in memory because of a run. */
  readonly warmed: (keys: readonly string[]) => void
}

export interface RunOptions {
  readonly name: string
  readonly source: Source
  /** Load what is there already, too. */
  readonly fresh: boolean
  /** One instance loads in each round. */
  readonly round: string
  readonly doneForMs: number
  readonly deadlineMs: number
  /** Aborted with a `Stop`. */
  readonly signal: AbortSignal
}

/**
 * Warms a source once: brings into memory what Redis has; what it has not is loaded by one of the instances, and brought into memory by
 * the others. Never rejects.
 */
export async function run(parts: RunParts, options: RunOptions): Promise<RunReport> {
  const { name, signal } = options
  const { listeners, context } = parts
  const tally = new Tally(name, listeners, context.cache.clock)
  try {
    await untilAborted(warm(parts, options, tally), signal)
    return tally.end('done')
  } catch (error) {
    if (error instanceof Stop) return tally.end(error.ended)
    if (error instanceof CacheError && error.code === 'E_CLOSED') return tally.end('stopped')
    listeners.emit('failed', { source: name, error })
    return tally.end('failed')
  }
}

async function warm(parts: RunParts, options: RunOptions, tally: Tally): Promise<void> {
  const { source, fresh, signal } = options
  signal.throwIfAborted()
  const items = await itemsOf(source, parts.context, signal)
  tally.begin(items.length)
  const missing = fresh ? items : await hydrate(parts, source, items, tally, signal)
  if (source.load === undefined || missing.length === 0) return
  if (await loadHereOrWait(parts, options, missing, tally)) return
  if (fresh) tally.hydrated(missing.length)
  else await hydrate(parts, source, missing, tally, signal)
}

async function itemsOf(source: Source, context: SourceContext, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of await source.items(context)) {
    signal.throwIfAborted()
    items.push(item)
    if (items.length >= source.settings.limit) break
  }
  return items
}

/** Gives what Redis has not. Hot keys are taken until memory is full: more would drive out those that came before, which are hotter. */
async function hydrate(
  { context, warmed }: RunParts,
  source: Source,
  items: readonly Item[],
  tally: Tally,
  signal: AbortSignal,
): Promise<Item[]> {
  const evictions = (): number => context.cache.stats().memory.evictions
  const before = evictions()
  const missing: Item[] = []
  const there: Item[] = []
  for (let i = 0; i < items.length; i += HYDRATE_BATCH) {
    signal.throwIfAborted()
    if (source.settle !== undefined && evictions() > before) break
    const batch = items.slice(i, i + HYDRATE_BATCH)
    const absent = new Set(await source.hydrate(context, batch))
    for (const item of batch) (absent.has(item) ? missing : there).push(item)
    tally.hydrated(batch.length - absent.size)
  }
  await source.settle?.(context, there)
  warmed(there.map(({ printed }) => printed))
  return missing
}

/** `true` if it was this instance that loaded. */
async function loadHereOrWait(
  parts: RunParts,
  { name, round, doneForMs, deadlineMs, source, fresh, signal }: RunOptions,
  missing: readonly Item[],
  tally: Tally,
): Promise<boolean> {
  const { load } = source
  if (load === undefined) return false
  const { context, costs, listeners, pace, space, warmed } = parts
  const value = ({ weight, printed }: Item): number => weight * costs.of(printed)
  const ordered = missing.toSorted((a, b) => value(b) - value(a))
  const loadAll = async (closing: AbortSignal): Promise<void> => {
    tally.led = true
    const either = AbortSignal.any([signal, closing])
    const work = async (batch: readonly Item[]): Promise<void> => {
      try {
        const loaded = await untilAborted(load(context, batch, fresh), either)
        tally.loaded(loaded, batch.length)
        warmed(batch.map(({ printed }) => printed))
      } catch (error) {
        if (either.aborted) return
        tally.failed(batch.length)
        listeners.emit('failed', { source: name, id: batch[0]?.id, error })
      }
    }
    await pace.each(batchesOf(ordered, source.settings.batch), batch => batch.length, work, either)
    // What is not done must not pass for done: another instance takes over.
    if (either.aborted) throw signal.aborted ? (signal.reason as Error) : new Stop('stopped')
  }
  return lead({ cache: space, name, round, doneForMs, waitMs: deadlineMs + WAIT_MORE_MS }, loadAll)
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
