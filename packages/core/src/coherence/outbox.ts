import type { InvalidateReply, Store, StoredTail, Targets } from '../store.ts'
import { nameCount } from './journal.ts'
import { formatTargets } from './message.ts'
import { prefixSlot, tagSlot } from './slots.ts'

/** An invalidation that stands in the log. */
export interface Sent extends InvalidateReply {
  readonly nonce: string
}

/** Values to store, as the instance's set of that number; or the number up to which its sets are void. */
interface Numbered {
  readonly writes?: readonly StoredTail[]
  readonly number?: number
  readonly voidUpTo?: number
}

interface OutboxOptions {
  readonly index: number
  readonly store: Pick<Store, 'invalidate'>
  readonly random: () => string
  readonly origin: string
}

/** What was called in one tick and has not been sent. */
interface Batch {
  readonly called: Targets[]
  size: number
  readonly sending: Promise<Sent>
  readonly send: () => void
}

/** Characters that travel as one: a record beyond 8 KiB is not on the bus, so that each instance would have to ask for it. */
const MOST_CHARACTERS = 2048

/** Sends the invalidations of one instance to one log: those called in one tick as one. */
export class Outbox {
  readonly #options: OutboxOptions
  #hard: Batch | undefined
  #soft: Batch | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Sends at the end of this tick, together with what else is called in it. */
  soon(targets: Targets): Promise<Sent> {
    const size = sizeOf(targets)
    let batch = targets.soft ? this.#soft : this.#hard
    if (batch === undefined || batch.size + size > MOST_CHARACTERS) {
      batch?.send()
      batch = this.#begin(targets.soft)
      queueMicrotask(batch.send)
    }
    batch.size += size
    batch.called.push(targets)
    return batch.sending
  }

  /** Sends now, after all that was called before. */
  now(targets: Targets, numbered?: Numbered): Promise<Sent> {
    this.#hard?.send()
    this.#soft?.send()
    return this.#send(targets, numbered)
  }

  #begin(soft: boolean): Batch {
    const { promise, resolve } = Promise.withResolvers<Sent>()
    const called: Targets[] = []
    let open = true
    const send = (): void => {
      if (!open) return
      open = false
      if (soft) this.#soft = undefined
      else this.#hard = undefined
      resolve(this.#send(together(called, soft)))
    }
    const batch = { called, size: 0, sending: promise, send }
    if (soft) this.#soft = batch
    else this.#hard = batch
    return batch
  }

  async #send(targets: Targets, { writes, number = 0, voidUpTo = 0 }: Numbered = {}): Promise<Sent> {
    const { store, index, random, origin } = this.#options
    const nonce = random()
    const reply = await store.invalidate(index, {
      keys: targets.keys,
      values: writes,
      number,
      voidUpTo,
      slots: [...new Set([...targets.tags.map(tagSlot), ...targets.prefixes.map(prefixSlot)])],
      soft: targets.soft,
      epochIfNew: random(),
      nonce,
      origin,
      payload: formatTargets(targets),
    })
    return { ...reply, nonce }
  }
}

/** All of them as one, each name once. */
function together(called: readonly Targets[], soft: boolean): Targets {
  const [only] = called
  if (only !== undefined && called.length === 1 && nameCount(only) === 1) return only
  const names = (kind: 'keys' | 'tags' | 'prefixes'): string[] => [
    ...new Set(called.flatMap(targets => targets[kind])),
  ]
  return { keys: names('keys'), tags: names('tags'), prefixes: names('prefixes'), soft }
}

function sizeOf({ keys, tags, prefixes }: Targets): number {
  let size = 0
  for (const names of [keys, tags, prefixes]) for (const name of names) size += name.length + 3
  return size
}
