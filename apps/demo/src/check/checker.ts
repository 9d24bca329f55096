import type { Tier, Versions } from '../protocol.ts'
import { createLedger, type Ledger } from './ledger.ts'

/** One answered read. Times are of the client: `begin` before the request was sent, `end` after the answer came. */
export interface Observation {
  readonly instance: string
  readonly pid: number
  readonly path: string
  readonly tier: Tier
  readonly stale: boolean
  readonly versions: Versions
  readonly begin: number
  readonly end: number
}

/**
 * A promise that was broken:
 * - `bound` a value marked fresh was superseded more than Δ before the read began
 * - `own-write` an instance answered with a value older than a write it had acknowledged itself
 * - `backwards` an instance answered with an older value than it had before, although the newer one was acknowledged
 * - `database` a read past the cache saw less than an acknowledged write: the demo itself is wrong
 */
export interface Violation {
  readonly kind: 'bound' | 'own-write' | 'backwards' | 'database'
  readonly instance: string
  readonly path: string
  readonly subject: string
  readonly version: number
  readonly tier: Tier
  /** How long before the read the value had been superseded. */
  readonly ageMs: number
}

export interface Verdict {
  /** How long before the read began its oldest part had been superseded; 0 if all of it was current. */
  readonly ageMs: number
  /** The worst promise it broke, if it broke any. */
  readonly violation: Violation | undefined
}

export interface Checker {
  /** A write is acknowledged by its instance. `settled`: other instances owe it from now on, not only its own. */
  acknowledged(write: {
    instance: string
    pid: number
    versions: Versions
    at: number
    settled: boolean
  }): void
  judge(read: Observation): Verdict
  readonly ledger: Ledger
}

/** Compares each read with the writes acknowledged before it began. Reads marked stale are measured, not judged. */
export function createChecker(boundMs: number): Checker {
  const ledger = createLedger()
  const ownLedgers = new Map<number, Ledger>()
  const newest = new Map<string, { version: number; seenAt: number }>()

  const judgePart = (
    read: Observation,
    subject: string,
    version: number,
  ): { ageMs: number; broken?: Violation['kind'] } => {
    const since = ledger.supersededAt(subject, version)
    const ageMs = since === undefined ? 0 : Math.max(0, read.begin - since)
    const seen = read.tier === 'none' ? undefined : newest.get(`${read.pid} ${read.path} ${subject}`)
    if (read.stale) return { ageMs }
    if (read.tier === 'none') return ageMs > 0 ? { ageMs, broken: 'database' } : { ageMs }
    if (ageMs > boundMs) return { ageMs, broken: 'bound' }
    const own = ownLedgers.get(read.pid)?.supersededAt(subject, version)
    if (own !== undefined && own < read.begin)
      return { ageMs: Math.max(ageMs, read.begin - own), broken: 'own-write' }
    const older = seen && version < seen.version && seen.seenAt < read.begin
    if (older && since !== undefined && since < seen.seenAt) return { ageMs, broken: 'backwards' }
    return { ageMs }
  }
  const remember = (read: Observation, subject: string, version: number): void => {
    const id = `${read.pid} ${read.path} ${subject}`
    const seen = newest.get(id)
    if (!seen || version > seen.version) newest.set(id, { version, seenAt: read.end })
  }
  return {
    ledger,
    acknowledged({ pid, versions, at, settled }) {
      let own = ownLedgers.get(pid)
      if (!own) ownLedgers.set(pid, (own = createLedger()))
      for (const [subject, version] of Object.entries(versions)) {
        own.acknowledge(subject, version, at)
        if (settled) ledger.acknowledge(subject, version, at)
      }
    },
    judge(read) {
      let violation: Violation | undefined
      let oldest = 0
      for (const [subject, version] of Object.entries(read.versions)) {
        const { ageMs, broken } = judgePart(read, subject, version)
        oldest = Math.max(oldest, ageMs)
        if (broken && !(violation && violation.ageMs >= ageMs)) {
          const { instance, path, tier } = read
          violation = { kind: broken, instance, path, subject, version, tier, ageMs }
        }
        if (!read.stale && read.tier !== 'none') remember(read, subject, version)
      }
      return { ageMs: oldest, violation }
    },
  }
}
