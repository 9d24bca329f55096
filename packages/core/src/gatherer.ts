/** What became of one request of many that travelled together. */
export type Outcome<R> = { readonly value: R } | { readonly error: unknown }

/** Carries requests out in one command. The outcomes have their order; rejects where nothing is known of any. */
export type Send<Q, R> = (requests: readonly Q[]) => Promise<readonly Outcome<R>[]>

// Redis does nothing else while it runs a script: so many keys hold it up for a millisecond or two.
const MOST_REQUESTS = 128
const MOST_BYTES = 262_144

interface Waiting<Q, R> {
  readonly request: Q
  readonly resolve: (value: R) => void
  readonly reject: (error: unknown) => void
}

/** Makes few commands of many requests: those of one tick travel together, each with its own outcome. */
export class Gatherer<Q, R> {
  readonly #send: Send<Q, R>
  readonly #bytesOf: (request: Q) => number
  #waiting: Waiting<Q, R>[] = []
  #bytes = 0

  /** `bytesOf` is how much a request has to carry beside its key. */
  constructor(send: Send<Q, R>, bytesOf: (request: Q) => number = () => 0) {
    this.#send = send
    this.#bytesOf = bytesOf
  }

  ask(request: Q): Promise<R> {
    const bytes = this.#bytesOf(request)
    if (this.#waiting.length >= MOST_REQUESTS || this.#bytes + bytes > MOST_BYTES) this.#flush()
    if (this.#waiting.length === 0) queueMicrotask(this.#flush)
    this.#bytes += bytes
    return new Promise((resolve, reject) => this.#waiting.push({ request, resolve, reject }))
  }

  readonly #flush = (): void => {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    this.#send(batch.map(({ request }) => request)).then(
      outcomes => {
        for (const [i, { resolve, reject }] of batch.entries()) {
          const outcome = outcomes[i]
          if (outcome === undefined) reject(new Error('A request of many got no answer.'))
          else if ('error' in outcome) reject(outcome.error)
          else resolve(outcome.value)
        }
      },
      (error: unknown) => {
        for (const { reject } of batch) reject(error)
      },
    )
  }
}
