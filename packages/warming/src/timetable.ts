import { parseDuration, type Duration } from '@tiercache/core/options'
import { optionError } from '@tiercache/core/options'
import { Cron } from 'croner'

/** When something is due, in ms since 1970. */
export interface Timetable {
  /** The first time after `wallMs`; `undefined` if there is none. */
  readonly next: (wallMs: number) => number | undefined
}

/** When a source is warmed again. */
export interface ScheduleOptions {
  /** Each multiple of this since 1970 UTC, so that all instances agree. */
  readonly every?: Duration
  /** A cron pattern of five fields, or six with seconds in front. */
  readonly cron?: string
  /** The time zone of `cron`, such as `'Europe/Oslo'`. Default: the one of the process. */
  readonly timezone?: string
}

/** Reads a schedule; `undefined` if there is none. Throws `CacheError` `E_OPTION` or `E_TTL`. */
export function timetableOf({ every, cron, timezone }: ScheduleOptions, path: string): Timetable | undefined {
  if (timezone !== undefined && cron === undefined)
    throw optionError(`${path}timezone`, timezone, 'needs cron beside it')
  if (cron !== undefined) {
    if (every !== undefined)
      throw optionError(`${path}every`, every, 'cannot stand beside cron: give one of them')
    return cronTable(cron, timezone, path)
  }
  if (every === undefined) return undefined
  const everyMs = parseDuration(every, `${path}every`)
  return { next: wallMs => (Math.floor(wallMs / everyMs) + 1) * everyMs }
}

function cronTable(cron: string, timezone: string | undefined, path: string): Timetable {
  try {
    const pattern = new Cron(cron, { paused: true, ...(timezone !== undefined && { timezone }) })
    const next = (wallMs: number): number | undefined => pattern.nextRun(new Date(wallMs))?.getTime()
    next(0)
    return { next }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw optionError(
      `${path}cron`,
      cron,
      `with the time zone ${timezone ?? 'of the process'} is no schedule (${why})`,
    )
  }
}
