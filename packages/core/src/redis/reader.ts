import type { Taker } from '../store.ts'
import { isWrongType } from './redis-error.ts'

/** Fetches the values of Redis keys in one command. */
export interface Fetch {
  one(key: string): Promise<Buffer | null>
  many(keys: readonly string[]): Promise<(Buffer | null)[]>
}

const MAX_BATCH = 256
// While fewer than AHEAD commands are under way, so many reads do not wait for more: Redis answers them while others are decoded.
// A command of fewer costs more than that saves: a write to the socket, and a wake-up on either side.
const SMALL_BATCH = 64
const AHEAD = 2
// A key of another type holds no value of ours: empty bytes, which nobody can read. MGET takes it for none.
const NOTHING = Buffer.alloc(0)

interface Wanted {
  readonly key: string
  readonly taker: Taker
}

/**
 * Turns single reads into few commands: the reads of one callback of the event loop travel together; while others are under way,
 * those of one turn of the loop do. So an idle client waits for nothing, and readers that were answered together ask together again.
 */
export class Reader {
  readonly #fetch: Fetch
  readonly #soon: (run: () => void) => void
  #waiting: Wanted[] = []
  #underWay = 0

  constructor(fetch: Fetch, soon: (run: () => void) => void) {
    this.#fetch = fetch
    this.#soon = soon
  }

  read(key: string, taker: Taker): void {
    this.#waiting.push({ key, taker })
    if (this.#waiting.length >= (this.#underWay < AHEAD ? SMALL_BATCH : MAX_BATCH)) this.#send()
    else if (this.#waiting.length > 1) return
    else if (this.#underWay === 0) process.nextTick(this.#send)
    else this.#soon(this.#send)
  }

  readonly #send = (): void => {
    const batch = this.#waiting
    const [first] = batch
    if (first === undefined) return
    this.#waiting = []
    this.#underWay++
    if (batch.length === 1) this.#sendOne(first)
    else this.#sendMany(batch)
  }

  #sendOne({ key, taker }: Wanted): void {
    this.#fetch.one(key).then(
      value => {
        this.#underWay--
        taker.found(value ?? undefined)
      },
      (error: unknown) => {
        this.#underWay--
        if (isWrongType(error)) taker.found(NOTHING)
        else taker.failed(error)
      },
    )
  }

  #sendMany(batch: readonly Wanted[]): void {
    this.#fetch.many(batch.map(wanted => wanted.key)).then(
      values => {
        this.#underWay--
        for (let i = 0; i < batch.length; i++) batch[i]?.taker.found(values[i] ?? undefined)
      },
      (error: unknown) => {
        this.#underWay--
        for (const { taker } of batch) taker.failed(error)
      },
    )
  }
}
