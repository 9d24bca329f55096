import { readFileSync, writeFileSync } from 'node:fs'

/** The document that speaks of speed. */
const PERFORMANCE: URL = new URL('../../../docs/performance.md', import.meta.url)

/** What stands between marks of a document is made by a command, and named after it. */
export type Part = 'report' | 'targets' | 'profile'

/** A document with one of its parts replaced. Throws where it has no place for it. */
function withPart(document: string, part: Part, text: string): string {
  const begin = `<!-- pnpm bench ${part} --markdown -->`
  const end = `<!-- end of ${part} -->`
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`there is no place for this: put ${begin} and ${end} on lines of their own`)
  return `${document.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${document.slice(to)}`
}

/** Replaces a part of the document that speaks of speed. */
export function keepPart(part: Part, text: string, document: URL | string = PERFORMANCE): void {
  writeFileSync(document, withPart(readFileSync(document, 'utf8'), part, text))
}
