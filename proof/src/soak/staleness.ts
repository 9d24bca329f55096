import { COMMIT, KEYS, READ } from './messages.ts'

/** Commits of a key that reads may still be judged by, oldest first. */
interface Recent {
  readonly versions: number[]
  readonly times: number[]
}

const KEPT_MS = 30_000
const TOLD = 20

/**
 * Judges reads while they happen, in memory that does not grow: a read may not answer with less than what was committed Δ before it
 * was called. Reads that arrive too late to be judged are left out.
 */
export class Staleness {
  violations = 0
  judged = 0
  /** The first few violations, in words. */
  readonly told: string[] = []
  /** The longest time after a commit that an older value was still answered. */
  worstMs = 0
  readonly #boundMs: number
  readonly #recent: readonly Recent[] = Array.from({ length: KEYS }, () => ({ versions: [], times: [] }))
  /** What is forgotten of each key: its last version, and its time. */
  readonly #versions = new Float64Array(KEYS)
  readonly #times = new Float64Array(KEYS)

  /** `boundMs`: Δ, and what timers may add. */
  constructor(boundMs: number) {
    this.#boundMs = boundMs
  }

  commits(facts: Float64Array, now: number): void {
    for (let at = 0; at < facts.length; at += COMMIT) {
      const [key = 0, version = 0, time = 0] = facts.subarray(at, at + COMMIT)
      const recent = this.#recent[key]
      if (recent === undefined) continue
      recent.versions.push(version)
      recent.times.push(time)
      this.#forget(key, recent, now - KEPT_MS)
    }
  }

  reads(instance: number, facts: Float64Array): void {
    for (let at = 0; at < facts.length; at += READ) {
      const [key = 0, version = 0, time = 0] = facts.subarray(at, at + READ)
      this.#judge(instance, key, version, time)
    }
  }

  #judge(instance: number, key: number, version: number, time: number): void {
    const recent = this.#recent[key]
    const due = time - this.#boundMs
    if (recent === undefined || due < (this.#times[key] ?? 0)) return
    this.judged++
    let floor = this.#versions[key] ?? 0
    for (let i = 0; i < recent.times.length; i++) {
      const [committedAt = 0, committed = 0] = [recent.times[i], recent.versions[i]]
      if (committedAt <= due) floor = Math.max(floor, committed)
      if (committed > version && committedAt < time) this.worstMs = Math.max(this.worstMs, time - committedAt)
    }
    if (version >= floor) return
    this.violations++
    if (this.told.length < TOLD)
      this.told.push(
        `#${instance} answered item ${key} with v${version}, where v${floor} had been committed more than ${this.#boundMs} ms before`,
      )
  }

  #forget(key: number, { versions, times }: Recent, before: number): void {
    while (times.length > 0 && (times[0] ?? 0) < before) {
      this.#times[key] = Math.max(this.#times[key] ?? 0, times.shift() ?? 0)
      this.#versions[key] = Math.max(this.#versions[key] ?? 0, versions.shift() ?? 0)
    }
  }
}
