/** A write that was acknowledged. */
export interface Write {
  readonly key: number
  /** Rises with each write of a key. */
  readonly version: number
  /** When its call resolved, by the clock that all processes share. */
  readonly doneAt: number
}

/** What a read found. */
export interface Read {
  readonly key: number
  readonly version: number
  /** When it was asked. */
  readonly begunAt: number
}

/** What reads tell of writes. */
export interface Staleness {
  readonly reads: number
  /** Reads that began after a write was acknowledged, and gave something older. */
  readonly stale: number
  /** The longest such read came after the acknowledgement, in ms. */
  readonly worstMs: number
}

/** Looks for reads that gave less than had been acknowledged when they began. */
export function stalenessOf(writes: readonly Write[], reads: readonly Read[]): Staleness {
  const byKey = Map.groupBy(writes, ({ key }) => key)
  for (const some of byKey.values()) some.sort((a, b) => a.doneAt - b.doneAt)
  let stale = 0
  let worstMs = 0
  for (const { key, version, begunAt } of reads) {
    // The first write that was acknowledged in time and is newer than what was read tells for how long it was stale.
    const missed = byKey.get(key)?.find(write => write.doneAt < begunAt && write.version > version)
    if (missed === undefined) continue
    stale++
    worstMs = Math.max(worstMs, begunAt - missed.doneAt)
  }
  return { reads: reads.length, stale, worstMs }
}
