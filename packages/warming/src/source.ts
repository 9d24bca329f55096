import type { Cache, Duration } from '@tiercache/core'
import { checkNames, flag, optionError, whole } from '@tiercache/core/options'
import type { HotRecord } from './hot-keys.ts'
import { type ScheduleOptions, type Timetable, timetableOf } from './timetable.ts'

/** Several of something, at once or bit by bit. */
export type Many<T> = Iterable<T> | AsyncIterable<T>

/** What all sources can be told. */
export interface SourceOptions extends ScheduleOptions {
  /** `ready()` waits for it. Default false. */
  readonly critical?: boolean
  /** A run takes no more than this many keys. Default 10 000. */
  readonly limit?: number
  /** Keys that are loaded together. Default 1; for models 50. */
  readonly batch?: number
  /** Whether a scheduled run loads what is there already, too, so that it does not run out. Default true where that can be. */
  readonly refresh?: boolean
}

/** One thing to warm. */
export interface Item {
  /** As its source calls it. */
  readonly id: unknown
  /** As events print its key, or the source's id as text: it tells the type, and so the cost. */
  readonly printed: string
  /** How often it is used, compared with the others of its source. */
  readonly weight: number
}

/** What a warmer lends to its sources. */
export interface SourceContext {
  readonly cache: Cache
  /** The hot keys of all instances, best first. */
  readonly hot: () => Promise<readonly HotRecord[]>
}

/** Where a warmer learns what to warm, and how. Made by `list`, `recent` and `top`. */
export interface Source {
  readonly settings: SourceSettings
  /** What to warm, the most important first. */
  readonly items: (context: SourceContext) => Many<Item> | Promise<Many<Item>>
  /** Brings into memory what Redis has, and gives the rest. */
  readonly hydrate: (context: SourceContext, items: readonly Item[]) => Promise<readonly Item[]>
  /** Loads what Redis has not, or all for `fresh`; gives how many were loaded here. `undefined`: it cannot. */
  readonly load:
    | ((context: SourceContext, items: readonly Item[], fresh: boolean) => Promise<number>)
    | undefined
  /** Called with what is in memory after a run that only hydrated, best first. */
  readonly settle?: (context: SourceContext, items: readonly Item[]) => Promise<void>
}

/** The options of a source, all valid. */
export interface SourceSettings {
  readonly critical: boolean
  readonly limit: number
  readonly batch: number
  readonly refresh: boolean
  readonly timetable: Timetable | undefined
}

const SOURCE_OPTIONS = ['critical', 'limit', 'batch', 'refresh', 'every', 'cron', 'timezone']

/** Reads what all sources share. Throws `CacheError`. */
export function settingsOf(
  options: SourceOptions,
  more: readonly string[],
  defaults: { readonly batch: number; readonly refresh: boolean },
  path: string,
): SourceSettings {
  checkNames(options, [...SOURCE_OPTIONS, ...more], path)
  const { critical, limit, batch, refresh, every, cron, timezone } = options
  const schedule: ScheduleOptions = {
    ...(every !== undefined && { every: every as Duration }),
    ...(cron !== undefined && { cron }),
    ...(timezone !== undefined && { timezone }),
  }
  if (refresh === true && !defaults.refresh)
    throw optionError(`${path}.refresh`, refresh, 'cannot be: this source can only load what is missing')
  return {
    critical: flag(critical, false, `${path}.critical`),
    limit: whole(limit, 10_000, `${path}.limit`, 1, 1_000_000),
    batch: whole(batch, defaults.batch, `${path}.batch`, 1, 1000),
    refresh: flag(refresh, defaults.refresh, `${path}.refresh`),
    timetable: timetableOf(schedule, `${path}.`),
  }
}
