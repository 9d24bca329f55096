import { styleText } from 'node:util'

/** Where progress is written to: stderr, or what a test looks into. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** How often a run that nobody watches says that it is alive. */
const PLAIN_EVERY_MS = 30_000
const REDRAW_EVERY_MS = 100

/**
 * Shows where a run is: on a terminal in one line that is written over, elsewhere in a line now and then. On stderr, so that stdout
 * stays results.
 */
export class Progress {
  readonly #screen: Screen
  readonly #now: () => number
  #section = ''
  #begunAt = 0
  #saidAt = -Infinity

  constructor(screen: Screen = process.stderr, now: () => number = () => performance.now()) {
    this.#screen = screen
    this.#now = now
  }

  begin(section: string, number: number, of: number): void {
    this.#section = `[${number}/${of}] ${section}`
    this.#begunAt = this.#now()
    this.#saidAt = this.#screen.isTTY ? -Infinity : this.#begunAt
    if (!this.#screen.isTTY) this.#screen.write(`${this.#section} …\n`)
  }

  /** `share` of the section is done, 0 to 1. */
  at(share: number, what: string): void {
    const now = this.#now()
    if (now - this.#saidAt < (this.#screen.isTTY ? REDRAW_EVERY_MS : PLAIN_EVERY_MS)) return
    this.#saidAt = now
    const done = Math.min(1, Math.max(0, share))
    const percent = `${Math.floor(done * 100)}`.padStart(3)
    const line = `${this.#section} ${percent} %${leftOf(done, now - this.#begunAt)}  ${what}`
    if (!this.#screen.isTTY) this.#screen.write(`${line}\n`)
    else this.#screen.write(`\r\u001B[2K${line.slice(0, (this.#screen.columns ?? 80) - 1)}`)
  }

  end(passed: boolean, summary: string): void {
    this.clear()
    const seconds = `${Math.round((this.#now() - this.#begunAt) / 1000)} s`
    const verdict = paint(passed ? 'green' : 'red', passed ? 'passed' : 'FAILED', this.#screen)
    this.#screen.write(`${this.#section} ${verdict} in ${seconds}: ${summary}\n`)
  }

  /** Takes the unfinished line away. */
  clear(): void {
    if (this.#screen.isTTY) this.#screen.write('\r\u001B[2K')
  }
}

/** The text in colour where that is shown: on a terminal, unless `NO_COLOR` is set. */
export function paint(format: Parameters<typeof styleText>[0], text: string, screen: Screen): string {
  return screen.isTTY && !process.env['NO_COLOR'] ? styleText(format, text, { validateStream: false }) : text
}

function leftOf(share: number, elapsedMs: number): string {
  if (share < 0.03 || share === 1) return ''
  const seconds = Math.round((elapsedMs / share - elapsedMs) / 1000)
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`
}
