/**
 * A pattern: `*` is any text, `?` any character, everything else itself. Matches in at most pattern × text steps, since a key may be
 * made to be slow.
 */
export class Glob {
  readonly #pattern: readonly string[]

  constructor(pattern: string) {
    this.#pattern = Array.from(pattern)
  }

  /** Whether all of the text is matched. */
  matches(text: string): boolean {
    const pattern = this.#pattern
    const chars = Array.from(text)
    let at = 0
    let star = -1
    let resume = 0
    for (let i = 0; i < chars.length;) {
      if (pattern[at] === '*') {
        star = at++
        resume = i
      } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === chars[i])) {
        at++
        i++
      } else if (star >= 0) {
        // The last star takes one character more.
        at = star + 1
        i = ++resume
      } else return false
    }
    return pattern.slice(at).every(one => one === '*')
  }
}
