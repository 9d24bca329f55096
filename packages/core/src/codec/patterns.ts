/** What the RegExps of one value may take, in characters. */
const MOST = 2048
const EACH = 16

/**
 * The RegExps of one value, of which there may be up to 128, with 2 032 characters between them. Where it is compiled, a
 * pattern may take far more time and memory than it has bytes: 64 KB of them can end a process, while these take a
 * quarter of a second at worst.
 */
export class Patterns {
  #taken = 0

  /** Whether a pattern is within the limits, which it takes its part of. */
  admit(source: string): boolean {
    this.#taken += source.length + EACH
    return this.#taken <= MOST
  }

  /** Throws for one more than `admit` lets through. */
  make(source: string, flags: string): RegExp {
    if (!this.admit(source)) throw new Error('more regular expressions than a value may have')
    try {
      return new RegExp(source, flags)
    } catch {
      throw new Error('not a regular expression') // V8's error shows the pattern, whoever wrote it
    }
  }
}
