/** A key as the instances have used it. */
export interface HotRecord {
  /** As printed, with its namespaces in front. */
  readonly key: string
  /** How often it was used; old uses count less and less. */
  readonly weight: number
  /** How long ago it was last used, in ms, as far as that is known. */
  readonly idleMs: number
}

/** How records of different age become one. */
export interface Merging {
  /** A use counts half after this long. */
  readonly halfLifeMs: number
  /** Records kept. */
  readonly limit: number
}

/** What was used since the last look, from what stands in memory. */
export class HotWatch {
  #hits = new Map<string, number>()

  /**
   * Keys used since the last call, or since memory was empty. `hot` are those in memory, the most recently used first: where in that
   * list a key stands tells when in the last `elapsedMs` it was used.
   */
  look(hot: Iterable<{ readonly key: string; readonly hits: number }>, elapsedMs: number): HotRecord[] {
    const before = this.#hits
    this.#hits = new Map()
    const used: { readonly key: string; readonly uses: number }[] = []
    for (const { key, hits } of hot) {
      this.#hits.set(key, hits)
      const known = before.get(key)
      // What stands there anew was used by whoever loaded it, too.
      const uses = known === undefined || hits < known ? hits + 1 : hits - known
      if (uses > 0) used.push({ key, uses })
    }
    return used.map(({ key, uses }, i) => ({ key, weight: uses, idleMs: (elapsedMs * i) / used.length }))
  }

  /** These keys were put into memory by nobody who used them. */
  ignore(keys: Iterable<string>): void {
    for (const key of keys) if (!this.#hits.has(key)) this.#hits.set(key, 0)
  }
}

/** One set of records from those that are `ageMs` old and those of now: uses are added up, the last use is the last of either. */
export function merge(
  old: readonly HotRecord[],
  ageMs: number,
  fresh: readonly HotRecord[],
  { halfLifeMs, limit }: Merging,
): HotRecord[] {
  const left = 2 ** (-ageMs / halfLifeMs)
  const all = new Map(
    old.map(({ key, weight, idleMs }) => [key, { key, weight: weight * left, idleMs: idleMs + ageMs }]),
  )
  for (const { key, weight, idleMs } of fresh) {
    const known = all.get(key)
    all.set(
      key,
      known === undefined
        ? { key, weight, idleMs }
        : { key, weight: known.weight + weight, idleMs: Math.min(known.idleMs, idleMs) },
    )
  }
  return pick([...all.values()], limit)
}

/**
 * The records worth most, best first: by turns the one used most often and the one used last, so that half of any beginning of the list
 * was chosen by either.
 */
export function pick(records: readonly HotRecord[], limit: number): HotRecord[] {
  const often = records.toSorted((a, b) => b.weight - a.weight)
  const lately = records.toSorted((a, b) => a.idleMs - b.idleMs)
  const picked = new Set<HotRecord>()
  const turns = [often.values(), lately.values()]
  for (let turn = 0; picked.size < Math.min(limit, records.length); turn++) {
    for (const record of turns[turn % 2] ?? []) {
      if (picked.has(record)) continue
      picked.add(record)
      break
    }
  }
  return [...picked]
}
