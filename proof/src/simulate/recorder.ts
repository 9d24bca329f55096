import { emptyHistory, type History, type Read, type Write } from '../history/history.ts'
import type { Life } from './instance.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A moment that says more than the callers' history, for people. */
export interface Note {
  readonly at: number
  readonly instance: number
  readonly key: string | undefined
  readonly text: string
}

/** A call that has not settled. */
interface Pending {
  readonly life: Life
  readonly what: string
  readonly key: string
  readonly t0: number
}

/** Something that no invariant of a history covers. */
export interface Trouble {
  readonly what: string
  readonly key: string
}

const STEP_MS = 1e-6

/** Writes down what happens, in an order that no two moments share, with a digest of all of it. */
export class Recorder {
  readonly history: History = emptyHistory()
  readonly notes: Note[] = []
  readonly counts: Map<string, number> = new Map()
  /** Calls that took too long, or rejected with what they never should. */
  readonly troubles: Trouble[] = []
  readonly #pending = new Set<Pending>()
  readonly #time: VirtualTime
  readonly #wantsNotes: boolean
  #last = 0
  #low = 0x811c9dc5
  #high = 0xcbf29ce4

  constructor(time: VirtualTime, wantsNotes: boolean) {
    this.#time = time
    this.#wantsNotes = wantsNotes
  }

  /** This moment, later than every one before. */
  stamp(): number {
    this.#last = Math.max(this.#time.now, this.#last + STEP_MS)
    return this.#last
  }

  read(read: Read): void {
    this.history.reads.push(read)
    this.trace(read.how, read.instance, read.version ?? -1)
    if (read.version !== undefined) this.count(`read from ${read.tier ?? 'a tier'}`)
    if (read.stale) this.count('read stale')
  }

  /** A write is called. */
  write(write: Write): void {
    this.history.writes.push(write)
    this.trace(write.how, write.instance, write.keys.length)
    this.count('writes')
  }

  /** Calls that have not settled in a process that lives. */
  get pending(): number {
    return [...this.#pending].filter(one => !one.life.process.isGone).length
  }

  /** A call begins that must end within a budget, less what its process is paused for. Call what is returned when it has ended. */
  begin(life: Life, what: string, key: string, t0: number, budgetMs: number): (t1: number) => void {
    const pending: Pending = { life, what, key, t0 }
    const pausedMs = life.process.pausedMs
    this.#pending.add(pending)
    return t1 => {
      this.#pending.delete(pending)
      this.count('calls')
      const ms = t1 - t0 - (life.process.pausedMs - pausedMs)
      if (ms > budgetMs)
        this.troubles.push({
          key,
          what: `${what} of ${key} on #${life.instance}, called at ${t0.toFixed(3)}, took ${ms.toFixed(1)} ms of ${budgetMs}`,
        })
    }
  }

  /** All is quiet: a call that has not settled in a process that lives never will. */
  close(): void {
    for (const { life, what, key, t0 } of this.#pending) {
      if (!life.process.isGone)
        this.troubles.push({
          key,
          what: `${what} of ${key} on #${life.instance}, called at ${t0.toFixed(3)}, never settled`,
        })
    }
  }

  /** A call rejected with what it never should. */
  unexpected(call: string, error: unknown): void {
    this.troubles.push({
      key: '',
      what: `${call} rejected: ${error instanceof Error ? error.stack : String(error)}`,
    })
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times)
  }

  note(instance: number, key: string | undefined, text: string): void {
    if (this.#wantsNotes) this.notes.push({ at: this.#time.now, instance, key, text })
  }

  /** Adds to the digest. */
  trace(what: string, a: number, b: number): void {
    this.#add(what.length)
    this.#add(what.charCodeAt(0) ^ (what.charCodeAt(what.length - 1) << 8))
    this.#add(a)
    this.#add(b)
    this.#add(Math.floor(this.#time.now * 1000))
  }

  get digest(): string {
    return [this.#low, this.#high].map(part => (part >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #add(number: number): void {
    this.#low = Math.imul(this.#low ^ number, 0x01000193)
    this.#high = Math.imul(this.#high ^ this.#low ^ (number >>> 8), 0x85ebca6b) ^ (this.#high >>> 13)
  }
}
