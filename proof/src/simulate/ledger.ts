import { parseTargets } from '../../../packages/core/src/coherence/message.ts'
import type { Targets } from '../../../packages/core/src/store.ts'
import type { Forgotten } from '../history/history.ts'
import type { Row } from './database.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { VirtualTime } from './virtual-time.ts'

/** An invalidation that Redis has carried out, and who asked for it. */
interface Entry {
  readonly targets: Targets
  readonly caller: SimulatedProcess | undefined
}

/** An invalidation that a failover lost, until the names it had have all been invalidated again. */
interface Lost {
  readonly names: Set<string>
  readonly caller: SimulatedProcess | undefined
  readonly forgotten: readonly Forgotten[]
}

/**
 * Knows what a failover loses, which no caller can: from then until somebody who knew has said it again, and Δ more, what was
 * invalidated may come back, and a history is not held to it.
 */
export class Ledger {
  readonly forgotten: Forgotten[] = []
  /** On whose behalf Redis works at the moment. */
  caller: SimulatedProcess | undefined
  readonly #time: VirtualTime
  readonly #rows: readonly Row[]
  readonly #deltaMs: number
  /** How long it takes at most until what was lost is said again, where something is promised about that. */
  readonly #againMs: number
  readonly #entries = new Map<number, Entry[]>()
  readonly #lost = new Map<number, Lost[]>()

  constructor(time: VirtualTime, rows: readonly Row[], deltaMs: number, againMs: number) {
    this.#time = time
    this.#rows = rows
    this.#deltaMs = deltaMs
    this.#againMs = againMs
  }

  /** Redis has carried out an invalidation. */
  invalidated(partition: number, payload: string): void {
    const targets = parseTargets(payload)
    if (targets === undefined) return
    const entries = this.#entries.get(partition) ?? []
    this.#entries.set(partition, entries)
    entries.push({ targets, caller: this.caller })
    for (const lost of this.#lost.get(partition) ?? []) this.#say(lost, targets)
  }

  /** A failover loses the last of them. */
  lose(partition: number, count: number): void {
    const entries = this.#entries.get(partition) ?? []
    const gone = count === 0 ? [] : entries.splice(-count)
    const lost = this.#lost.get(partition) ?? []
    this.#lost.set(partition, lost)
    // Whoever was about to say something again begins anew.
    for (const one of lost) if (one.names.size > 0) this.#expect(one)
    for (const { targets, caller } of gone) {
      const concerned = this.#rows.filter(row => concerns(targets, row))
      const forgotten = concerned.map(row => ({
        key: row.id,
        // A value of before a move that is forgotten has none of the tags by which later moves find it.
        version: row.kind === 'moving' ? Infinity : row.version,
        t0: this.#time.now,
        t1: Infinity,
      }))
      this.forgotten.push(...forgotten)
      const one: Lost = { names: new Set(namesOf(targets)), caller, forgotten }
      lost.push(one)
      this.#expect(one)
    }
  }

  /** Everything is gone, and with it what could be lost. */
  flush(): void {
    this.#entries.clear()
  }

  /** All is quiet: whoever asked for an invalidation and is still there has said it again by now. */
  close(): void {
    for (const { caller, forgotten } of [...this.#lost.values()].flat())
      if (caller !== undefined && !caller.isGone)
        for (const one of forgotten) one.t1 = Math.min(one.t1, this.#time.now)
  }

  #expect({ caller, forgotten }: Lost): void {
    const isThere = caller !== undefined && !caller.isGone
    for (const one of forgotten) one.t1 = isThere ? this.#time.now + this.#againMs + this.#deltaMs : Infinity
  }

  #say({ names, forgotten }: Lost, targets: Targets): void {
    if (names.size === 0) return
    if (targets.prefixes.includes('') && !targets.soft) names.clear()
    for (const name of namesOf(targets)) names.delete(name)
    // What deletes a name also expires it.
    if (!targets.soft) for (const name of namesOf({ ...targets, soft: true })) names.delete(name)
    if (names.size > 0) return
    for (const one of forgotten) one.t1 = Math.min(one.t1, this.#time.now + this.#deltaMs)
  }
}

function namesOf({ keys, tags, prefixes, soft }: Targets): string[] {
  const kind = soft ? 'soft' : 'hard'
  return [
    ...keys.map(key => `${kind} key ${key}`),
    ...tags.map(tag => `${kind} tag ${tag}`),
    ...prefixes.map(prefix => `${kind} prefix ${prefix}`),
  ]
}

function concerns({ keys, tags, prefixes }: Targets, { id, tags: own, kind }: Row): boolean {
  return (
    keys.includes(id) ||
    tags.some(tag => own.includes(tag) || (kind === 'moving' && tag.startsWith('group'))) ||
    prefixes.some(prefix => prefix === '' || id === prefix || id.startsWith(`${prefix}:`))
  )
}
