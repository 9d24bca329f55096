import type { Versions } from '../protocol.ts'
import type { Ledger } from './ledger.ts'

/**
 * Writes whose invalidation Redis could not take at once. The bound of such a write starts when its instance reports the
 * invalidation as settled, which may be heard before or after the answer to the write itself.
 */
export interface Deferred {
  /** The answer of the write: these versions wait for `id`. */
  answered(id: string, versions: Versions): void
  settled(id: string, at: number): void
  /** It will never be settled: its process died or gave up. Bounded by the lifetime of the entry in Redis only. */
  abandoned(id: string): void
  /** Every write that waits for this process is abandoned, also one whose answer is heard later. */
  processGone(instance: string, pid: number): void
  counts(): {
    readonly total: number
    readonly open: number
    readonly abandoned: number
    readonly longestMs: number
  }
}

export function createDeferred(ledger: Ledger, now: () => number): Deferred {
  const waiting = new Map<string, { versions: Versions; since: number }>()
  const early = new Map<string, number | 'abandoned'>()
  const gone = new Set<string>()
  let total = 0
  let abandoned = 0
  let longestMs = 0
  const end = (id: string, how: number | 'abandoned'): void => {
    const write = waiting.get(id)
    if (!write) {
      early.set(id, how)
      return
    }
    waiting.delete(id)
    if (how === 'abandoned') {
      abandoned++
      return
    }
    longestMs = Math.max(longestMs, how - write.since)
    for (const [subject, version] of Object.entries(write.versions)) ledger.acknowledge(subject, version, how)
  }
  return {
    answered(id, versions) {
      total++
      waiting.set(id, { versions, since: now() })
      const how = early.get(id) ?? (gone.has(processOf(id)) ? 'abandoned' : undefined)
      early.delete(id)
      if (how !== undefined) end(id, how)
    },
    settled: (id, at) => end(id, at),
    abandoned: id => end(id, 'abandoned'),
    processGone(instance, pid) {
      gone.add(`${instance}.${pid}`)
      for (const id of waiting.keys()) if (gone.has(processOf(id))) end(id, 'abandoned')
    },
    counts: () => ({ total, open: waiting.size, abandoned, longestMs }),
  }
}

const processOf = (id: string): string => id.slice(0, id.lastIndexOf('.'))
