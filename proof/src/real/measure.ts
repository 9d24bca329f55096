import type { History, Write } from '../history/history.ts'
import { AND } from './harm.ts'
import type { Heard } from './recorder.ts'
import type { Evidence } from './run.ts'

/** What the reports say of a list of times. 0 where there are none. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 }
}

/**
 * How long ago the database's next version had been committed, for each fresh answer that was older than that, in ms. A set that was
 * not confirmed may be carried out late, as the checker has it, and is left out until it is made good.
 */
export function staleness(history: History): number[] {
  const byKey = new Map<string, { readonly version: number; readonly write: Write }[]>()
  for (const write of history.writes)
    for (const [key, version] of write.keys) {
      const list = byKey.get(key)
      if (list === undefined) byKey.set(key, [{ version, write }])
      else list.push({ version, write })
    }
  const ages: number[] = []
  for (const [key, reads] of Map.groupBy(history.reads, read => read.key)) {
    const writes = (byKey.get(key) ?? []).toSorted((a, b) => a.version - b.version)
    const outdatedAt: number[] = []
    let earliest = Infinity
    for (let i = writes.length - 1; i >= 0; i--) {
      earliest = Math.min(earliest, writes[i]?.write.committedAt ?? Infinity)
      outdatedAt[i] = earliest
    }
    const doubtful = new Set(
      writes.flatMap(({ version, write }) =>
        write.how === 'set' && write.status !== 'committed' ? [version] : [],
      ),
    )
    for (const { version, stale, t0 } of reads) {
      if (version === undefined || stale || doubtful.has(version)) continue
      const at = outdatedAt[above(writes, version)]
      if (at !== undefined && at < t0) ages.push(t0 - at)
    }
  }
  return ages
}

/** The first of the writes, which are in order, with a version above this one. */
function above(writes: readonly { readonly version: number }[], version: number): number {
  let low = 0
  let high = writes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((writes[middle]?.version ?? 0) <= version) low = middle + 1
    else high = middle
  }
  return low
}

/** From the call of an invalidation until each other instance heard of it, in ms, for those called between two moments. */
export function propagation(history: History, heard: readonly Heard[], from: number, to: number): number[] {
  const times: number[] = []
  const byName = new Map<string, Write[]>()
  for (const write of history.writes)
    for (const name of namesOf(write)) {
      const list = byName.get(name)
      if (list === undefined) byName.set(name, [write])
      else list.push(write)
    }
  const told = new Set<string>()
  for (const { instance, at, names } of heard)
    for (const name of names) {
      const write = byName.get(name)?.findLast(one => one.t0 <= at && one.instance !== instance)
      if (write === undefined || write.t0 < from || write.t0 >= to) continue
      const once = `${instance} ${write.t0} ${name}`
      if (told.has(once)) continue
      told.add(once)
      times.push(at - write.t0)
    }
  return times
}

/** What other instances are told: keys, unless a name says it all. */
function namesOf({ how, keys, name }: Write): readonly string[] {
  if (name !== undefined) return [name]
  return how === 'clear' ? [] : keys.map(([key]) => key)
}

/** Loads that each invalidated row cost, where somebody asked for it again before it was invalidated once more. */
export function loadsPerInvalidation(history: History): number[] {
  const loads = Map.groupBy(
    history.loads.filter(load => !load.failed),
    load => load.key,
  )
  const writes = Map.groupBy(
    history.writes.flatMap(write =>
      write.how === 'set' ? [] : write.keys.map(([key]) => ({ key, t0: write.t0 })),
    ),
    one => one.key,
  )
  const counts: number[] = []
  for (const [key, times] of writes) {
    const own = (loads.get(key) ?? []).toSorted((a, b) => a.t0 - b.t0)
    const inOrder = times.toSorted((a, b) => a.t0 - b.t0)
    let next = 0
    for (const [i, { t0 }] of inOrder.entries()) {
      const end = inOrder[i + 1]?.t0 ?? Infinity
      while ((own[next]?.t0 ?? Infinity) < t0) next++
      const first = next
      while ((own[next]?.t0 ?? Infinity) < end) next++
      if (next > first) counts.push(next - first)
    }
  }
  return counts
}

/** From the end of the call to the moment when everybody is bound, for what was deferred, in ms. */
export function drainTimes({ writes }: History): number[] {
  return writes.flatMap(({ status, t1, committedAt }) =>
    status === 'deferred' && committedAt < Infinity ? [committedAt - t1] : [],
  )
}

/** Recoveries by fault, the slowest first. */
export function recoveries(
  runs: readonly Evidence[],
): { readonly fault: string; readonly times: readonly number[] }[] {
  const byFault = Map.groupBy(
    runs.flatMap(({ damage }) => damage.recoveries),
    one => (one.fault.includes(AND) ? 'two at once' : one.fault),
  )
  return [...byFault]
    .map(([fault, list]) => ({ fault, times: list.map(({ ms }) => ms) }))
    .toSorted((a, b) => Math.max(...b.times) - Math.max(...a.times))
}
