import type { Violation } from './check.ts'
import type { Caller, Fault, History, Load, Read, Write } from './history.ts'

/** How an answer looks in the picture. `older`: not the last version, which it need not be for Δ. */
type Look = 'fresh' | 'older' | 'stale' | 'nothing' | 'violating'

/** Something that took time, and its line within a lane. */
interface Bar<T> {
  readonly one: T
  readonly from: number
  readonly to: number
  readonly line: number
}

/** What one instance did with one key. */
export interface Lane {
  readonly instance: number
  readonly reads: readonly (Bar<Read> & { readonly look: Look })[]
  readonly loads: readonly Bar<Load>[]
  readonly writes: readonly (Bar<Write> & { readonly version: number })[]
  readonly faults: readonly Fault[]
  /** Lines that the reads, the loads and the writes take. */
  readonly lines: { readonly reads: number; readonly loads: number; readonly writes: number }
}

/** A violation's key between two moments, instance by instance. */
export interface Scene {
  readonly key: string
  readonly from: number
  readonly to: number
  readonly lanes: readonly Lane[]
  /** Faults that concerned everybody. */
  readonly faults: readonly Fault[]
}

/** More reads of a lane than this are left out, the last kept: nobody can see them. */
const MOST_READS = 400
const AFTER_MS = 150

/** What happened to a violation's key in the time before it, and shortly after. */
export function sceneOf(history: History, violation: Violation, windowMs: number): Scene {
  const { key, seen } = violation
  const from = seen.t0 - windowMs
  const to = (Number.isFinite(seen.t1) ? seen.t1 : seen.t0) + AFTER_MS
  const overlaps = ({ t0, t1 }: { t0: number; t1: number }): boolean => t0 <= to && t1 >= from
  const reads = history.reads.filter(read => read.key === key && overlaps(read))
  const loads = history.loads.filter(load => load.key === key && overlaps(load))
  const writes = history.writes.flatMap(write => {
    const version = write.keys.find(([name]) => name === key)?.[1]
    return version !== undefined && (overlaps(write) || within(write.committedAt, from, to))
      ? [{ write, version }]
      : []
  })
  const faults = history.faults.filter(overlaps)
  const instances = new Set(
    [...reads, ...loads, ...writes.map(({ write }) => write), seen].map(({ instance }: Caller) => instance),
  )
  for (const { instance } of faults) if (instance !== undefined) instances.add(instance)
  const lanes = [...instances]
    .toSorted((a, b) => a - b)
    .map(instance => {
      const mine = (one: Caller): boolean => one.instance === instance
      const ownReads = bars(reads.filter(mine).slice(-MOST_READS), to).map(bar => ({
        ...bar,
        look: lookOf(bar.one, history, violation),
      }))
      const ownLoads = bars(loads.filter(mine), to)
      const own = writes.filter(({ write }) => mine(write))
      const versions = new Map(own.map(({ write, version }) => [write, version]))
      const ownWrites = bars(
        own.map(({ write }) => write),
        to,
      ).map(bar => ({ ...bar, version: versions.get(bar.one) ?? 0 }))
      return {
        instance,
        reads: ownReads,
        loads: ownLoads,
        writes: ownWrites,
        faults: faults.filter(fault => fault.instance === instance),
        lines: { reads: linesOf(ownReads), loads: linesOf(ownLoads), writes: linesOf(ownWrites) },
      }
    })
  return { key, from, to, lanes, faults: faults.filter(({ instance }) => instance === undefined) }
}

function lookOf(read: Read, history: History, { key, seen }: Violation): Look {
  if (read === seen) return 'violating'
  const { version, stale, t0 } = read
  if (version === undefined) return 'nothing'
  if (stale) return 'stale'
  const isOutdated = history.writes.some(
    write => write.t0 <= t0 && write.keys.some(([name, newer]) => name === key && newer > version),
  )
  return isOutdated ? 'older' : 'fresh'
}

/** Each on the first line where nothing else is at the time. */
function bars<T extends { readonly t0: number; readonly t1: number }>(
  list: readonly T[],
  end: number,
): Bar<T>[] {
  const freeAt: number[] = []
  return list
    .toSorted((a, b) => a.t0 - b.t0)
    .map(one => {
      const to = Math.min(one.t1, end)
      const free = freeAt.findIndex(at => at <= one.t0)
      const line = free === -1 ? freeAt.length : free
      freeAt[line] = to + 2
      return { one, from: one.t0, to, line }
    })
}

function linesOf(list: readonly Bar<unknown>[]): number {
  return list.reduce((most, { line }) => Math.max(most, line + 1), 0)
}

function within(at: number, from: number, to: number): boolean {
  return at >= from && at <= to
}
