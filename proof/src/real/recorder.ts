import type { Caller, History, Read, Write } from '../history/history.ts'
import type { Row } from './contender.ts'
import type { Database } from './database.ts'
import { now, pass } from './monotonic.ts'
import type { ReadCall, ReadResult, WriteCall } from './operation.ts'
import type { Seat } from './seat.ts'

/** A call that has not settled by then never will. */
const FOREVER_MS = 12_000
const RETRY_MS = 200

/** An invalidation as an instance heard of it. */
export interface Heard {
  readonly instance: number
  readonly at: number
  readonly names: readonly string[]
}

interface Owed {
  readonly write: Write
  readonly call: WriteCall
}

/** Makes calls on instances and writes the history of it. */
export class Recorder {
  readonly heard: Heard[] = []
  /** By name of the call: what it said when it rejected. */
  readonly errors: Map<string, number> = new Map()
  readonly #history: History
  readonly #database: Database
  readonly #seats: () => readonly Seat[]
  /** Writes that instances have not made good on yet. */
  readonly #open = new Set<Owed>()
  /** Writes whose instance cannot be relied on any more: another one has to make them. */
  readonly #orphans = new Set<Owed>()
  #redoing = false

  constructor(history: History, database: Database, seats: () => readonly Seat[]) {
    this.#history = history
    this.#database = database
    this.#seats = seats
  }

  /** Writes that not everybody is bound by yet. */
  get owed(): number {
    return this.#open.size + this.#orphans.size
  }

  /** `undefined`: the instance died. `isSettled`: whether the answer is one that was given when all was quiet. */
  async read(
    seat: Seat,
    call: ReadCall,
    isSettled: (result: ReadResult) => boolean = () => false,
  ): Promise<ReadResult | undefined> {
    const caller: Caller = { instance: seat.index, life: seat.life }
    const from = now()
    const settling = await orNever(seat.read(call))
    if (settling === undefined) return undefined
    const result = settling === 'never' ? never(from) : settling
    const { t0, t1, answers, error } = result
    const settled = isSettled(result)
    if (error !== undefined) this.#failed(call.how, error)
    for (const [i, key] of call.keys.entries()) {
      const { value, stale = false, tier } = answers[i] ?? { value: undefined }
      const read: Read = {
        ...caller,
        key,
        how: call.how,
        t0,
        t1,
        version: value?.version,
        valueKey: value?.key ?? key,
        stale,
        tier,
        settled,
      }
      this.#history.reads.push(read)
    }
    return result
  }

  /** The rows change, and an instance tells the cache. */
  async write(seat: Seat, call: Omit<WriteCall, 'rows'>, keys: readonly string[]): Promise<Write> {
    const soft = call.how === 'expire' || call.how === 'expire-tag'
    const t0 = now()
    const rows = keys.map((key): Row => this.#database.update(key))
    const write: Write = {
      instance: seat.index,
      life: seat.life,
      how: call.how,
      ...(call.name !== '' && { name: call.name }),
      soft,
      keys: rows.map(({ key, version }) => [key, version] as const),
      t0,
      t1: Infinity,
      status: 'pending',
      committedAt: Infinity,
    }
    const owed: Owed = { write, call: { ...call, rows } }
    this.#history.writes.push(write)
    this.#open.add(owed)
    const result = await orNever(seat.write(owed.call, at => this.#committed(owed, at)))
    if (result === 'never' || result === undefined) {
      Object.assign(write, { t1: now(), status: 'failed' })
      if (this.#open.has(owed)) this.#orphan(owed)
      return write
    }
    Object.assign(write, { t1: result.t1, status: result.status })
    if (result.status !== 'failed') return write
    this.#failed(call.how, result.error ?? '')
    this.#orphan(owed)
    return write
  }

  /** An instance died: whatever it had promised to do later is somebody else's now, as the outbox of an application would have it. */
  bury({ instance, life }: Caller): void {
    for (const owed of this.#open)
      if (owed.write.instance === instance && owed.write.life === life && owed.write.t1 < Infinity)
        this.#orphan(owed)
  }

  #committed(owed: Owed, at: number): void {
    owed.write.committedAt = Math.min(owed.write.committedAt, at)
    this.#open.delete(owed)
    this.#orphans.delete(owed)
  }

  #orphan(owed: Owed): void {
    this.#open.delete(owed)
    this.#orphans.add(owed)
    if (!this.#redoing) void this.#redo()
  }

  async #redo(): Promise<void> {
    this.#redoing = true
    while (this.#orphans.size > 0) {
      const seat = this.#seats().find(({ isUp, index }) => isUp && index === 0)
      for (const owed of seat === undefined ? [] : [...this.#orphans]) await this.#redoOne(seat, owed)
      if (this.#orphans.size > 0) await pass(RETRY_MS)
    }
    this.#redoing = false
  }

  async #redoOne(seat: Seat | undefined, owed: Owed): Promise<void> {
    const how = owed.call.how === 'set' ? 'delete' : owed.call.how
    const result = await seat?.write({ ...owed.call, how }, at => this.#committed(owed, at))
    // The one who does it instead may defer it too, and is held to that.
    if (result?.status === 'deferred' && this.#orphans.delete(owed)) this.#open.add(owed)
  }

  #failed(how: string, error: string): void {
    const name = `${how}: ${error.slice(0, 100)}`
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1)
  }
}

function never(from: number): ReadResult {
  return { t0: from, t1: now(), answers: [], error: 'it never settled' }
}

async function orNever<T>(call: Promise<T>): Promise<T | 'never'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'never'>(resolve => (timer = setTimeout(() => resolve('never'), FOREVER_MS)))
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
