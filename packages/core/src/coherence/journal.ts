import type { Targets } from '../store.ts'

/** Names of one kind of invalidation that wait. */
interface Names {
  readonly keys: Set<string>
  readonly tags: Set<string>
  readonly prefixes: Set<string>
}

/** Deferred invalidations a partition may keep by name; where more come, everything is invalidated instead. */
export const JOURNAL_LIMIT = 100_000
const BATCH = 1000

/**
 * The invalidations that Redis has not taken yet. Each name is kept once: replaying it twice would say nothing new. One promise
 * stands for all that wait together.
 */
export class Journal {
  #hard = newNames()
  #soft = newNames()
  #drained = newDeferred()

  get size(): number {
    return count(this.#hard) + count(this.#soft)
  }

  /** Resolves when all that waits now has reached Redis; rejects if it never will. */
  get done(): Promise<void> {
    return this.#drained.promise
  }

  /** Takes targets in and gives back those that already waited. */
  add(targets: Targets): Targets {
    const names = targets.soft ? this.#soft : this.#hard
    return {
      keys: addAll(names.keys, targets.keys),
      tags: addAll(names.tags, targets.tags),
      prefixes: addAll(names.prefixes, targets.prefixes),
      soft: targets.soft,
    }
  }

  /** All that waits, in batches that fit a script: hard ones first. */
  batches(): Targets[] {
    return [...split(this.#hard, false), ...split(this.#soft, true)]
  }

  /** Forgets targets that have reached Redis. The last one resolves `done`. */
  remove(targets: Targets): void {
    const names = targets.soft ? this.#soft : this.#hard
    for (const key of targets.keys) names.keys.delete(key)
    for (const tag of targets.tags) names.tags.delete(tag)
    for (const prefix of targets.prefixes) names.prefixes.delete(prefix)
    if (this.size > 0) return
    this.#drained.resolve()
    this.#drained = newDeferred()
  }

  /** Gives up: `done` rejects. */
  abandon(error: unknown): void {
    this.#hard = newNames()
    this.#soft = newNames()
    this.#drained.reject(error)
    this.#drained = newDeferred()
  }
}

function newNames(): Names {
  return { keys: new Set(), tags: new Set(), prefixes: new Set() }
}

function newDeferred(): PromiseWithResolvers<void> {
  const deferred = Promise.withResolvers<void>()
  deferred.promise.catch(() => {}) // whoever holds the result may not look at it
  return deferred
}

function count(names: Names): number {
  return names.keys.size + names.tags.size + names.prefixes.size
}

function addAll(set: Set<string>, names: readonly string[]): string[] {
  const known: string[] = []
  for (const name of names) {
    if (set.has(name)) known.push(name)
    else set.add(name)
  }
  return known
}

function* split(names: Names, soft: boolean): Generator<Targets> {
  const all = [
    ...[...names.keys].map(name => ['keys', name] as const),
    ...[...names.tags].map(name => ['tags', name] as const),
    ...[...names.prefixes].map(name => ['prefixes', name] as const),
  ]
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = { keys: [] as string[], tags: [] as string[], prefixes: [] as string[], soft }
    for (const [kind, name] of all.slice(from, from + BATCH)) batch[kind].push(name)
    yield batch
  }
}
