import type { Targets } from '../store.ts'
import { inSteps } from './steps.ts'

/** Names of one kind of invalidation that wait. */
interface Names {
  readonly keys: Set<string>
  readonly tags: Set<string>
  readonly prefixes: Set<string>
}

/** Deferred invalidations a partition may keep by name; where more come, everything is invalidated instead. */
export const JOURNAL_LIMIT = 100_000
const BATCH = 1000
const NOTHING: Targets = { keys: [], tags: [], prefixes: [], soft: false }

/** Invalidations on their way to Redis, taken from a journal. */
export interface Taken {
  /** Those that Redis does not have yet, in batches that fit a script: hard ones first. Remove what it has taken. */
  readonly batches: Targets[]
  /** The sets of this instance up to this number are replayed by these, or were refused. */
  readonly voidUpTo: number
}

/**
 * The invalidations that Redis has not taken yet. Each name is kept once, and one promise stands for all that wait together. What
 * is on its way is no longer in the journal: the same name, invalidated again meanwhile, has to travel again.
 */
export class Journal {
  #hard = newNames()
  #soft = newNames()
  /** For all that waits, and for what is on its way. */
  #drained = newDeferred()
  /** For what came while others were on their way. It is kept when they come back, so that a long outage makes no more than two. */
  #next: PromiseWithResolvers<void> | undefined
  #taken: Taken | undefined
  /** Sets up to `void` may still arrive; up to `fenced` Redis knows that they are void. */
  #void = 0
  #fenced = 0

  /** Names that wait, those on their way included. */
  get size(): number {
    const taken = this.#taken?.batches ?? []
    return taken.reduce((sum, batch) => sum + nameCount(batch), count(this.#hard) + count(this.#soft))
  }

  /** Whether there is nothing to tell. */
  get isEmpty(): boolean {
    return this.size === 0 && this.#void === this.#fenced
  }

  /** The sets of this instance up to this number may still arrive and must store nothing. */
  voidUpTo(number: number): void {
    this.#void = Math.max(this.#void, number)
  }

  /** Resolves when all that waits now has reached Redis; rejects if it never will. */
  get done(): Promise<void> {
    return (this.#taken === undefined ? this.#drained : (this.#next ??= newDeferred())).promise
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

  /** Forgets all that waits by name, for something that covers it, and gives it back. */
  replaceBy(targets: Targets): Targets[] {
    const batches = [...split(this.#hard, false), ...split(this.#soft, true)]
    this.#hard = newNames()
    this.#soft = newNames()
    this.add(targets)
    return batches
  }

  /** Hands out all that waits, to be sent. End with `settle`. */
  take(): Taken {
    const batches = [...split(this.#hard, false), ...split(this.#soft, true)]
    this.#hard = newNames()
    this.#soft = newNames()
    // A set that was refused has no name that waits: it is told all the same.
    if (batches.length === 0 && this.#void > this.#fenced) batches.push(NOTHING)
    this.#taken = { batches, voidUpTo: this.#void }
    return this.#taken
  }

  /** What was taken has been sent, or not: the batches left wait again. Gives back names that wait already. */
  settle(taken: Taken): Targets[] {
    this.#taken = undefined
    if (taken.batches.length === 0) this.#fenced = Math.max(this.#fenced, taken.voidUpTo)
    if (taken.batches.length > 0) return taken.batches.map(batch => this.add(batch))
    const next = this.#next ?? newDeferred()
    this.#next = undefined
    this.#drained.resolve()
    this.#drained = next
    if (this.size === 0) this.#renew().resolve()
    return []
  }

  /** Gives up: `done` rejects. What is on its way may still arrive. */
  abandon(error: unknown): void {
    this.#hard = newNames()
    this.#soft = newNames()
    this.#next?.reject(error)
    this.#next = undefined
    if (this.#taken === undefined) this.#renew().reject(error)
  }

  /** The next to wait begin anew. */
  #renew(): PromiseWithResolvers<void> {
    const before = this.#drained
    this.#drained = newDeferred()
    return before
  }
}

/** How many names targets hold. */
export function nameCount(targets: Targets): number {
  return targets.keys.length + targets.tags.length + targets.prefixes.length
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
  for (const step of inSteps(all, BATCH, ([, name]) => name)) {
    const batch = { keys: [] as string[], tags: [] as string[], prefixes: [] as string[], soft }
    for (const [kind, name] of step) batch[kind].push(name)
    yield batch
  }
}
