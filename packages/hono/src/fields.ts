import type { HeaderMap } from '@tiercache/http'

/** Fields, names and values in turn, over those that were set before them; `Vary` and `Set-Cookie` are lists that grow. */
export function joined(before: Headers, flat: readonly string[]): Headers {
  const all = new Headers(before)
  const cookies = before.getSetCookie()
  const seen = new Set(['set-cookie', 'vary', 'cache-status'])
  for (const [name, value] of pairsOf(flat)) {
    if (!seen.has(name.toLowerCase())) all.set(name, value)
    else if (name !== 'set-cookie' || !cookies.includes(value)) all.append(name, value)
    seen.add(name.toLowerCase())
  }
  const vary = all.get('vary')?.toLowerCase().split(',') ?? []
  const names = new Set(vary.flatMap(name => name.trim() || []))
  if (names.size > 0) all.set('vary', [...names].join(', '))
  return all
}

/** Names and values in turn, in pairs. */
export function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return pairs
}

/** Fields by name. */
export function mapOf(fields: Headers): Readonly<Record<string, string | readonly string[]>> {
  const cookies = fields.getSetCookie()
  return { ...Object.fromEntries(fields), ...(cookies.length > 0 && { 'set-cookie': cookies }) }
}

/** Fields by name as names and values in turn. */
export function flatOf(fields: HeaderMap): string[] {
  return Object.entries(fields).flatMap(([name, value = []]) => [value].flat().flatMap(item => [name, item]))
}
