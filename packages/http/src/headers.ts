/** Fields by name in lower case. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>

/** A field as one text, lists joined as RFC 9110 §5.3 has it. */
export function fieldOf(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name]
  return value === undefined || typeof value === 'string' ? value : value.join(', ')
}

/** The members of a list field, trimmed, in lower case, none empty. */
export function tokensOf(field: string | undefined): string[] {
  if (field === undefined) return []
  return field.split(',').flatMap(token => token.trim().toLowerCase() || [])
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** What the engine writes itself on each answer. */
const OURS = [
  'age',
  'x-cache',
  'x-cache-key',
  'x-cache-ttl-remaining',
  'x-cache-date',
  'content-length',
  'set-cookie',
]
const NEVER_KEPT = new Set([...HOP_BY_HOP, ...OURS])

/** The fields that may be stored: none of one connection (RFC 9111 §3.1), none the engine writes anew. */
export function storedFields(headers: HeaderMap): string[] {
  const connection = new Set(tokensOf(fieldOf(headers, 'connection')))
  const flat: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NEVER_KEPT.has(name) || connection.has(name)) continue
    for (const item of typeof value === 'string' ? [value] : value) flat.push(name, item)
  }
  return flat
}

/**
 * Names and values in turn by name, as names are written; one that is given twice has a list, whatever its case.
 */
export function byNameOf(flat: readonly string[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  const written = new Map<string, string>()
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const given = flat[i] ?? ''
    const name = written.get(given.toLowerCase()) ?? given
    const value = flat[i + 1] ?? ''
    const before = fields[name]
    written.set(given.toLowerCase(), name)
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}

/** Names and values in turn as a map. */
export function mapOf(flat: readonly string[]): Record<string, string | string[]> {
  const map: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = (flat[i] ?? '').toLowerCase()
    const value = flat[i + 1] ?? ''
    const before = map[name]
    map[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value]
  }
  return map
}
