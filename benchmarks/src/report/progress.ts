/** Shows where a run is: on a terminal in one line that is written over, elsewhere a line per suite. On stderr, so that stdout stays results. */
export class Progress {
  readonly #isTerminal: boolean
  #suite = ''

  constructor(isTerminal: boolean = process.stderr.isTTY) {
    this.#isTerminal = isTerminal
  }

  begin(suite: string): void {
    this.#suite = suite
    if (!this.#isTerminal) process.stderr.write(`${suite} …\n`)
  }

  /** `share` of the suite is done, 0 to 1. */
  at(share: number, what: string): void {
    if (!this.#isTerminal) return
    const percent = String(Math.floor(share * 100)).padStart(3)
    process.stderr.write(`\r\u001B[2K${this.#suite} ${percent} %  ${what}`)
  }

  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001B[2K')
  }
}
