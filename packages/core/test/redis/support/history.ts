/** A read that found a value. Times are of the caller, monotonic, in ms. */
interface Read {
  readonly instance: number
  readonly key: string
  readonly t0: number
  readonly t1: number
  readonly version: number
  readonly how: string
}

/** A new version in the database, and the call that tells the cache. */
export interface Write {
  readonly instance: number
  readonly key: string
  readonly version: number
  readonly how: string
  /** Before the database had it. */
  readonly t0: number
  /** The call has settled. */
  t1: number
  status: 'committed' | 'deferred' | 'failed' | 'pending'
  /** When Redis had it. */
  committedAt: number
}

interface Fault {
  readonly name: string
  readonly t0: number
  readonly t1: number
}

export interface History {
  readonly reads: Read[]
  readonly writes: Write[]
  readonly faults: Fault[]
}

export interface Violation {
  readonly promise: 'bound' | 'read-your-writes' | 'monotonic' | 'phantom'
  readonly read: Read
  /** The version it should have had at least. */
  readonly expected: number
}

/** What timers and the event loop may add to the moments noted. */
const SLACK_MS = 25

/**
 * Checks reads against writes. Versions of a key only grow, so each promise is a bound on a number.
 *
 * - bound: nothing older than what was committed more than Δ before the read was called
 * - read-your-writes: nothing older than what the same instance had invalidated before, committed or deferred
 * - monotonic: nothing older than what the same instance had read before, if that had been committed when it was read
 * - phantom: nothing the database did not have
 */
export function check(history: History, deltaMs: number): Violation[] {
  const reads = Map.groupBy(history.reads, read => read.key)
  const writes = Map.groupBy(history.writes, write => write.key)
  return [...reads].flatMap(([key, list]) => checkKey(list, writes.get(key) ?? [], deltaMs))
}

function checkKey(reads: readonly Read[], writes: readonly Write[], deltaMs: number): Violation[] {
  const violations: Violation[] = []
  const byVersion = new Map(writes.map(write => [write.version, write]))
  // A set that was not confirmed in time may still have been carried out, and is undone when it is replayed.
  const excused = (read: Read): boolean => {
    const write = byVersion.get(read.version)
    return write?.how === 'set' && write.status === 'deferred' && read.t0 < write.committedAt + deltaMs
  }
  const committed = new Floor(writes.map(write => [write.committedAt + deltaMs + SLACK_MS, write.version]))
  const own = new Map<number, Floor>()
  for (const [instance, list] of Map.groupBy(writes, write => write.instance))
    own.set(instance, new Floor(list.map(write => [write.t1, write.version])))
  const seen = new Map<number, Floor>()
  for (const [instance, list] of Map.groupBy(reads, read => read.instance)) {
    const settled = list.filter(read => (byVersion.get(read.version)?.committedAt ?? 0) <= read.t0)
    seen.set(instance, new Floor(settled.map(read => [read.t1, read.version])))
  }
  for (const read of reads) {
    const note = (promise: Violation['promise'], expected: number): void => {
      if (read.version < expected && !excused(read)) violations.push({ promise, read, expected })
    }
    const write = byVersion.get(read.version)
    if (read.version > 0 && (write === undefined || write.t0 > read.t1))
      violations.push({ promise: 'phantom', read, expected: read.version })
    note('bound', committed.at(read.t0))
    note('read-your-writes', own.get(read.instance)?.at(read.t0) ?? 0)
    note('monotonic', seen.get(read.instance)?.at(read.t0) ?? 0)
  }
  return violations
}

/** The highest version known at a time. */
class Floor {
  readonly #times: number[] = []
  readonly #versions: number[] = []

  constructor(points: [time: number, version: number][]) {
    let highest = 0
    for (const [time, version] of points.toSorted(([a], [b]) => a - b)) {
      if (version <= highest) continue
      highest = version
      this.#times.push(time)
      this.#versions.push(version)
    }
  }

  /** Of the points before a time. */
  at(time: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return this.#versions[low - 1] ?? 0
  }
}

/** What happened to the key around a violation, line by line. */
export function timeline(history: History, { promise, read, expected }: Violation, deltaMs: number): string {
  const from = read.t0 - deltaMs - 1500
  const to = read.t1 + 50
  const lines: [at: number, text: string][] = [
    [read.t0, `>>> ${promise}: v${read.version}, v${expected} expected`],
  ]
  for (const one of history.reads)
    if (one.key === read.key)
      lines.push([
        one.t0,
        `#${one.instance} ${one.how} -> v${one.version} (${(one.t1 - one.t0).toFixed(1)} ms)`,
      ])
  for (const one of history.writes)
    if (one.key === read.key)
      lines.push(
        [one.t0, `#${one.instance} ${one.how} v${one.version} called`],
        [one.t1, `#${one.instance} ${one.how} v${one.version} ${one.status}`],
        [one.committedAt, `#${one.instance} ${one.how} v${one.version} is in Redis`],
      )
  for (const { name, t0, t1 } of history.faults)
    lines.push([t0, `--- ${name} begins`], [t1, `--- ${name} is over`])
  const shown = lines.filter(([at]) => at >= from && at <= to).toSorted(([a], [b]) => a - b)
  const text = shown.slice(-150).map(([at, line]) => `${(at - read.t0).toFixed(1).padStart(9)} ms  ${line}`)
  return [`key ${read.key}, instance #${read.instance}`, ...text].join('\n')
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
