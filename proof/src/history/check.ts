import { Floor } from './floor.ts'
import type { Caller, History, Load, Read, Write } from './history.ts'

/** The promises, by the names the report uses. */
export const INVARIANTS = {
  bound: 'I1 · a fresh answer is not older than what was committed Δ before the read',
  'read-your-writes': 'I2 · an instance never sees what it has itself invalidated, committed or deferred',
  settled: 'I3 · when all is quiet, every instance and a cold reader have what the database has',
  monotonic: 'I4 · an instance does not go back behind a committed version it has seen',
  phantom: 'I5 · a value belongs to its key, and the database had it',
  flight: 'I6 · one load at a time per key among all instances while Redis is well',
  liveness: 'I7 · every call settles within its budget',
  stale: 'I8 · a stale answer says so, and has an end',
} as const

export type Invariant = keyof typeof INVARIANTS

/** A promise that was broken, with the two moments that show it. */
export interface Violation {
  readonly invariant: Invariant
  readonly key: string
  readonly message: string
  /** The call that shows it. */
  readonly seen: Read | Write | Load
  /** What it contradicts, where that is one call. */
  readonly because: Read | Write | Load | undefined
}

/** The bounds that a history is held to, in ms. */
export interface Bounds {
  /** Δ. */
  readonly deltaMs: number
  /** How long a value may be served as stale after the moment it was no longer the database's: ttl and grace. */
  readonly maxStaleMs: number
  /** How long a read and a write may take, faults included. */
  readonly readBudgetMs: number
  readonly writeBudgetMs: number
  /** What timers and the event loop may add to the moments noted; 0 where time is virtual. */
  readonly slackMs: number
  /** How long before and after a fault instances may load a key side by side. */
  readonly flightMarginMs: number
}

/** Checks a history against every promise; in the order of the reads' keys. Exact, in O(n log n). */
export function check(history: History, bounds: Bounds): Violation[] {
  const reads = Map.groupBy(history.reads, read => read.key)
  const writes = writesByKey(history.writes)
  const found = [...reads].flatMap(([key, list]) =>
    checkKey(history, key, list, writes.get(key) ?? [], bounds),
  )
  return [...found, ...checkFlights(history, writes, bounds), ...checkLiveness(history, bounds)]
}

/** A write as it concerns one key. */
interface KeyWrite {
  readonly version: number
  readonly write: Write
}

function writesByKey(writes: readonly Write[]): Map<string, KeyWrite[]> {
  const byKey = new Map<string, KeyWrite[]>()
  for (const write of writes) {
    for (const [key, version] of write.keys) {
      const list = byKey.get(key)
      if (list === undefined) byKey.set(key, [{ version, write }])
      else list.push({ version, write })
    }
  }
  return byKey
}

function checkKey(
  history: History,
  key: string,
  reads: readonly Read[],
  writes: readonly KeyWrite[],
  bounds: Bounds,
): Violation[] {
  const { deltaMs, slackMs, maxStaleMs } = bounds
  const violations: Violation[] = []
  const committed = new Floor(writes.map(one => [one.write.committedAt + deltaMs + slackMs, one]))
  const ended = new Floor(writes.map(one => [one.write.committedAt + maxStaleMs + deltaMs + slackMs, one]))
  // A call that failed promised nothing, except to those who are told of it in some other way.
  const promised = writes.filter(({ write }) => write.status !== 'failed')
  const own = floorsOf(
    promised,
    ({ write }) => write,
    one => [one.write.t1, one],
  )
  const ownHard = floorsOf(
    promised.filter(({ write }) => !write.soft),
    ({ write }) => write,
    one => [one.write.t1, one],
  )
  const firstCommit = new Map<number, number>()
  for (const { version, write } of writes)
    firstCommit.set(version, Math.min(firstCommit.get(version) ?? Infinity, write.committedAt))
  const known = reads.flatMap(read =>
    read.version !== undefined &&
    !read.stale &&
    !read.unconfirmed &&
    commitOf(firstCommit, read.version) <= read.t0
      ? [{ version: read.version, read }]
      : [],
  )
  const seen = floorsOf(
    known,
    ({ read }) => read,
    one => [one.read.t1, one],
  )
  const doubtfulSets = new Map(
    writes.flatMap(({ version, write }) =>
      write.how.startsWith('set') && write.status !== 'committed' ? [[version, write]] : [],
    ),
  )
  const bornAt = new Map<number, number>()
  for (const { version, write } of writes)
    bornAt.set(version, Math.min(bornAt.get(version) ?? Infinity, write.t0))

  const forgotten = (history.forgotten ?? []).filter(one => one.key === key)
  const isForgotten = (read: Read, due: number): boolean =>
    forgotten.some(one => due <= one.version && one.t0 <= read.t1 && read.t0 < one.t1)

  for (const read of reads) {
    const { version } = read
    const note = (invariant: Invariant, expected: number, because: Read | Write | undefined): void => {
      const is = version === undefined ? 'nothing' : `v${version}`
      const message = `${read.how} of ${key} on #${read.instance} answered ${is}${read.stale ? ' (stale)' : ''}, v${expected} or newer was due`
      violations.push({ invariant, key, message, seen: read, because })
    }
    if (read.settled) {
      const last = history.final.get(key) ?? 0
      const isWrong = version !== undefined ? version !== last || read.stale : read.how !== 'get'
      if (isWrong && !isForgotten(read, last))
        note('settled', last, writes.find(one => one.version === last)?.write)
    }
    if (version === undefined) continue
    if (
      read.valueKey !== key ||
      version < 0 ||
      (version === 0 ? 0 : (bornAt.get(version) ?? Infinity)) > read.t1
    ) {
      const message = `${read.how} of ${key} on #${read.instance} answered v${version} of ${read.valueKey}, which the database did not have`
      violations.push({ invariant: 'phantom', key, message, seen: read, because: undefined })
      continue
    }
    // A set that was not confirmed may have been carried out all the same, at any time until it is replayed as an invalidation.
    const late = doubtfulSets.get(version)
    if (late !== undefined && read.t0 <= late.committedAt + deltaMs + slackMs) continue
    const mine = (read.stale ? ownHard : own).get(callerOf(read))?.at(read.t0)
    if (mine !== undefined && version < mine.version && !isForgotten(read, Infinity))
      note('read-your-writes', mine.version, mine.write)
    if (read.stale) {
      const end = ended.at(read.t0)
      if (end !== undefined && version < end.version && !isForgotten(read, end.version))
        note('stale', end.version, end.write)
      continue
    }
    const due = committed.at(read.t0)
    if (due !== undefined && version < due.version && !isForgotten(read, due.version))
      note('bound', due.version, due.write)
    const before = seen.get(callerOf(read))?.at(read.t0)
    if (before !== undefined && version < before.version && !isForgotten(read, before.version))
      note('monotonic', before.version, before.read)
  }
  return violations
}

function commitOf(firstCommit: ReadonlyMap<number, number>, version: number): number {
  return version === 0 ? 0 : (firstCommit.get(version) ?? Infinity)
}

function callerOf({ instance, life }: Caller): string {
  return `${instance}.${life}`
}

function floorsOf<T extends { readonly version: number }>(
  list: readonly T[],
  by: (one: T) => Caller,
  point: (one: T) => [time: number, one: T],
): Map<string, Floor<T>> {
  const floors = new Map<string, Floor<T>>()
  for (const [caller, some] of Map.groupBy(list, one => callerOf(by(one))))
    floors.set(caller, new Floor(some.map(point)))
  return floors
}

/** Loads of one key that overlap, where neither a fault nor an invalidation explains it. */
function checkFlights(
  history: History,
  writes: ReadonlyMap<string, readonly KeyWrite[]>,
  bounds: Bounds,
): Violation[] {
  const margin = bounds.flightMarginMs
  const disturbed = (from: number, to: number): boolean =>
    history.faults.some(fault => fault.t0 - margin <= to && fault.t1 + margin >= from)
  const violations: Violation[] = []
  for (const [key, loads] of Map.groupBy(history.loads, load => load.key)) {
    let before: Load | undefined
    for (const next of loads.toSorted((a, b) => a.t0 - b.t0)) {
      const last = before
      // Of those under way, the one that ends last is the one that others may overlap with.
      if (!next.failed && (before === undefined || next.t1 > before.t1)) before = next
      if (last === undefined || next.t0 >= last.t1) continue
      const invalidated = (writes.get(key) ?? []).some(
        ({ write }) => write.t0 <= next.t0 + bounds.slackMs && write.committedAt >= last.t0 - margin,
      )
      if (invalidated || disturbed(last.t0, next.t0)) continue
      const message = `#${next.instance} loaded ${key} while #${last.instance} did, and nothing had been invalidated`
      violations.push({ invariant: 'flight', key, message, seen: next, because: last })
    }
  }
  return violations
}

function checkLiveness(history: History, { readBudgetMs, writeBudgetMs }: Bounds): Violation[] {
  const violations: Violation[] = []
  const note = (call: Read | Write, key: string, budgetMs: number): void => {
    const ms = call.t1 - call.t0
    if (ms <= budgetMs) return
    const message = `${call.how} of ${key} on #${call.instance} took ${ms.toFixed(0)} ms of ${budgetMs}`
    violations.push({ invariant: 'liveness', key, message, seen: call, because: undefined })
  }
  for (const read of history.reads) note(read, read.key, readBudgetMs)
  for (const write of history.writes) note(write, write.keys[0]?.[0] ?? '', writeBudgetMs)
  return violations
}
