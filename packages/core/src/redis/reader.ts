/** Fetches the values of many Redis keys in one command. */
export type Fetch = (keys: readonly string[]) => Promise<(Buffer | null)[]>

const MAX_BATCH = 256

interface Wanted {
  readonly key: string
  readonly resolve: (value: Buffer | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Turns single reads into few commands: while nothing is under way a read is sent at once, so an idle client pays no delay;
 * otherwise all reads of one turn of the event loop travel as one MGET.
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

  read(key: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject })
      if (this.#underWay === 0) this.#send()
      else if (this.#waiting.length >= MAX_BATCH) this.#send()
      else if (this.#waiting.length === 1) this.#soon(this.#send)
    })
  }

  readonly #send = (): void => {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    this.#underWay++
    this.#fetch(batch.map(wanted => wanted.key)).then(
      values => {
        this.#underWay--
        for (let i = 0; i < batch.length; i++) batch[i]?.resolve(values[i] ?? undefined)
      },
      (error: unknown) => {
        this.#underWay--
        for (const wanted of batch) wanted.reject(error)
      },
    )
  }
}
