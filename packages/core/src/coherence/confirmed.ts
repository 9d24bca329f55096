import type { LogRecord } from '../store.ts'

/** What Redis has confirmed to this instance: a log that ends before it, or has another record there, has lost its end. */
export class Confirmed {
  /** The last position. */
  last = 0
  /** The nonces of own records that no message has told of yet, by position. */
  readonly #nonces = new Map<number, string>()

  /** Whether there are own records that no message has told of yet. */
  get isUnheard(): boolean {
    return this.#nonces.size > 0
  }

  /** A record of this instance stands at `seq`, ahead of what was heard. */
  note(seq: number, nonce: string): void {
    // Two records of this instance with one number: the first is lost, which the next SYNC has to find out.
    if (!this.#nonces.has(seq)) this.#nonces.set(seq, nonce)
  }

  /** Everything up to `seq` is in the log. */
  reach(seq: number): void {
    this.last = Math.max(this.last, seq)
  }

  /** Whether a record stands where one of this instance was confirmed: that one is lost, and its number was used again. */
  contradicts({ seq, nonce }: LogRecord): boolean {
    const known = this.#nonces.get(seq)
    return known !== undefined && known !== nonce
  }

  /** Whether a log that ends at `seq` has lost its end, where `last` had been confirmed before it was asked. */
  isMissing(last: number, seq: number): boolean {
    return seq < last
  }

  /** Everything up to `seq` was heard. */
  heard(seq: number): void {
    for (const known of this.#nonces.keys()) if (known <= seq) this.#nonces.delete(known)
  }

  /** The log went back: its records are said again. */
  forgetRecords(): void {
    this.#nonces.clear()
  }

  /** This is another log. */
  restart(): void {
    this.last = 0
    this.#nonces.clear()
  }
}
