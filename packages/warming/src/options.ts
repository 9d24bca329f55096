import type { Cache } from '@tiercache/core'
import { checkNames, type Duration, flag, optionError, parseDuration, whole } from '@tiercache/core/options'
import type { Source } from './source.ts'
import { hottest, type TopOptions } from './top.ts'

/** The snapshot of hot keys that outlives a restart. */
export interface SnapshotOptions extends Pick<TopOptions, 'critical' | 'load' | 'store'> {
  /** How often it is saved; also by `stop()`. Default `'1m'`. */
  readonly every?: Duration
  /** Keys kept, names only, some 40 bytes each. Default 10 000: set it to the entries of your memory tier. */
  readonly keys?: number
  /** A use counts half after this long. Default `'10m'`. */
  readonly halfLife?: Duration
  /** Whether memory is filled from it at the start. Default true. */
  readonly restore?: boolean
}

/** What `createWarmer` takes. Everything has a default. */
export interface WarmerOptions {
  /** What to warm at the start, and by its schedule, each under a name of its own that is the same in all instances. */
  readonly sources?: Readonly<Record<string, Source>>
  /** `false`: no hot keys are kept or restored. */
  readonly snapshot?: SnapshotOptions | false
  /** Loads at the same time, of all sources together. Default 4. */
  readonly concurrency?: number
  /** Keys loaded per second at most, of all sources together. Default: no limit. */
  readonly rate?: number
  /** How long a run may take, and `ready()` wait for the critical ones. Default `'1m'`. */
  readonly deadline?: Duration
  /** Aborted: as `stop()`, but nothing is saved. */
  readonly signal?: AbortSignal
}

/** Options of a warmer, all valid. */
export interface Settings {
  readonly sources: ReadonlyMap<string, Source>
  readonly snapshot:
    | { readonly everyMs: number; readonly keys: number; readonly halfLifeMs: number }
    | undefined
  readonly concurrency: number
  readonly rate: number | undefined
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
}

const SNAPSHOT = 'snapshot'

/** Checks every option. Throws `CacheError`. */
export function resolveOptions(cache: Cache, options: WarmerOptions): Settings {
  // Not by its class, of which a program may have two: of a module and of CommonJS.
  if (typeof (cache as Partial<Cache> | null)?.hydratePrinted !== 'function')
    throw optionError('cache', cache, 'must be a cache of createCache')
  checkNames(options, ['sources', 'snapshot', 'concurrency', 'rate', 'deadline', 'signal'], '')
  const { snapshot = {}, concurrency, rate, deadline, signal } = options
  if (rate !== undefined && !(typeof rate === 'number' && rate > 0 && rate < Number.POSITIVE_INFINITY))
    throw optionError('rate', rate, 'must be a number above 0')
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw optionError('signal', signal, 'must be an AbortSignal')
  return {
    snapshot: snapshot === false ? undefined : snapshotOf(snapshot),
    sources: sourcesOf(options.sources ?? {}, snapshot),
    concurrency: whole(concurrency, 4, 'concurrency', 1, 1000),
    rate,
    deadlineMs: parseDuration(deadline ?? '1m', 'deadline'),
    signal,
  }
}

function sourcesOf(
  sources: Readonly<Record<string, Source>>,
  snapshot: SnapshotOptions | false,
): Map<string, Source> {
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources))
    throw optionError('sources', sources, 'must be an object of sources by name')
  const all = new Map(Object.entries(sources))
  for (const [name, source] of all) {
    if (name === '' || name === SNAPSHOT) throw optionError('sources', name, 'cannot be the name of a source')
    if (typeof source !== 'object' || source === null || typeof source.hydrate !== 'function')
      throw optionError(`sources.${name}`, source, 'must be made by list, recent or top')
  }
  if (snapshot === false || !flag(snapshot.restore, true, 'snapshot.restore')) return all
  const { critical, load, store, keys } = snapshot
  const restoring: TopOptions = {
    ...(critical !== undefined && { critical }),
    ...(load !== undefined && { load }),
    ...(store !== undefined && { store }),
    ...(keys !== undefined && { limit: keys }),
  }
  return new Map([[SNAPSHOT, hottest(restoring, SNAPSHOT)], ...all])
}

function snapshotOf(snapshot: SnapshotOptions): NonNullable<Settings['snapshot']> {
  checkNames(snapshot, ['every', 'keys', 'halfLife', 'restore', 'critical', 'load', 'store'], SNAPSHOT)
  const { every, keys, halfLife } = snapshot
  return {
    everyMs: parseDuration(every ?? '1m', 'snapshot.every'),
    keys: whole(keys, 10_000, 'snapshot.keys', 1, 100_000),
    halfLifeMs: parseDuration(halfLife ?? '10m', 'snapshot.halfLife'),
  }
}
