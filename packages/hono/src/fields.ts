import type { HeaderMap } from '@tiercache/http'

/** The fields that were set since `before`; of `Vary` and `Set-Cookie`, what was added to them. */
export function ownFields(fields: Headers, before: Headers): Headers {
  const own = new Headers()
  const cookies = before.getSetCookie()
  const vary = tokensOf(before)
  for (const [name, value] of fields) {
    const isOwn =
      name === 'set-cookie' ? !cookies.includes(value) : name !== 'vary' && before.get(name) !== value
    if (isOwn) own.append(name, value)
  }
  const added = tokensOf(fields).filter(token => !vary.includes(token))
  if (added.length > 0) own.set('vary', added.join(', '))
  return own
}

/** Fields over those that were set before them; `Vary` and `Set-Cookie` are lists that grow. */
export function joined(before: Headers, fields: Iterable<readonly [name: string, value: string]>): Headers {
  const all = new Headers(before)
  const seen = new Set(['set-cookie', 'vary', 'cache-status'])
  for (const [name, value] of fields) {
    if (seen.has(name.toLowerCase())) all.append(name, value)
    else all.set(name, value)
    seen.add(name.toLowerCase())
  }
  const vary = new Set(tokensOf(all))
  if (vary.size > 0) all.set('vary', [...vary].join(', '))
  return all
}

/** Names and values in turn, in pairs. */
export function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return pairs
}

/** Fields by name. */
export function mapOf(fields: Headers): HeaderMap {
  const cookies = fields.getSetCookie()
  return { ...Object.fromEntries(fields), ...(cookies.length > 0 && { 'set-cookie': cookies }) }
}

function tokensOf(fields: Headers): string[] {
  return (fields.get('vary') ?? '').split(',').flatMap(token => token.trim().toLowerCase() || [])
}
