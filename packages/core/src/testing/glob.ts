/**
 * Which ids a pattern of Redis matches, byte by byte: `*` any bytes, `?` one byte, a backslash makes the next one literal.
 * Classes in brackets are not known: the engine escapes brackets.
 */
export function matcher(glob: string): (id: string) => boolean {
  const source = bytes(glob).replace(
    /\\([^])|[*?]|[.+^${}()|[\]\\]/g,
    (found, literal: string | undefined) => {
      if (literal !== undefined) return escaped(literal)
      return found === '*' ? '[^]*' : found === '?' ? '[^]' : escaped(found)
    },
  )
  const pattern = new RegExp(`^${source}$`)
  return id => pattern.test(bytes(id))
}

function escaped(char: string): string {
  return /[.*+?^${}()|[\]\\]/.test(char) ? `\\${char}` : char
}

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}
