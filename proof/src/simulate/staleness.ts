import type { History } from '../history/history.ts'

/** Shares of Δ into which ages are counted. */
export const BUCKETS = 20

/** How old fresh answers were that the database had left behind: time since the first commit of something newer. */
export interface Staleness {
  /** How many there were in each twentieth of Δ; the last also has what was older. */
  readonly byShare: number[]
  worstShare: number
  worstMs: number
  /** The Δ of the worst. */
  worstDeltaMs: number
}

export function noStaleness(): Staleness {
  return { byShare: Array.from({ length: BUCKETS }, () => 0), worstShare: 0, worstMs: 0, worstDeltaMs: 0 }
}

/** Adds one history to what is known. What a failover lost is nothing that anybody could have known of. */
export function addStaleness(all: Staleness, history: History, deltaMs: number): void {
  const commits = commitsOf(history)
  for (const { key, version, stale, t0, t1 } of history.reads) {
    const next =
      version === undefined || stale ? undefined : commits.get(key)?.find(one => one.version > version)
    if (next === undefined || next.at >= t0) continue
    const isForgotten = history.forgotten?.some(one => one.key === key && one.t0 <= t1 && t0 < one.t1)
    const isDoubtful = history.writes.some(
      write =>
        write.status !== 'committed' &&
        write.how.startsWith('set') &&
        write.keys.some(([name]) => name === key),
    )
    if (isForgotten || isDoubtful) continue
    note(all, t0 - next.at, deltaMs)
  }
}

/** Adds what was found elsewhere. */
export function mergeStaleness(all: Staleness, other: Staleness): void {
  for (const [i, count] of other.byShare.entries()) all.byShare[i] = (all.byShare[i] ?? 0) + count
  if (other.worstShare <= all.worstShare) return
  all.worstShare = other.worstShare
  all.worstMs = other.worstMs
  all.worstDeltaMs = other.worstDeltaMs
}

function note(all: Staleness, ms: number, deltaMs: number): void {
  const share = ms / deltaMs
  const bucket = Math.min(BUCKETS - 1, Math.floor(share * BUCKETS))
  all.byShare[bucket] = (all.byShare[bucket] ?? 0) + 1
  if (share > all.worstShare) Object.assign(all, { worstShare: share, worstMs: ms, worstDeltaMs: deltaMs })
}

/** The commits of each key in order of time, without those that were overtaken by a newer one. */
function commitsOf({
  writes,
}: History): ReadonlyMap<string, { readonly at: number; readonly version: number }[]> {
  const commits = new Map<string, { readonly at: number; readonly version: number }[]>()
  for (const { keys, committedAt } of writes.toSorted((a, b) => a.committedAt - b.committedAt)) {
    if (committedAt === Infinity) break
    for (const [key, version] of keys) {
      const list = commits.get(key) ?? []
      commits.set(key, list)
      if (version > (list.at(-1)?.version ?? -1)) list.push({ at: committedAt, version })
    }
  }
  return commits
}
