import { byNameOf, type HeaderMap, tokensOf } from './headers.ts'

/** Response fields by name in lower case, as `getHeaders()` of Node and of frameworks gives them. */
export type ResponseFields = Readonly<Record<string, number | string | readonly string[] | undefined>>

/** Fields as they are now. Lists are copied: frameworks add to them in place. */
export function snapshotOf(fields: ResponseFields): ResponseFields {
  const now: Record<string, number | string | readonly string[] | undefined> = {}
  for (const [name, value] of Object.entries(fields))
    now[name] = typeof value === 'object' ? [...value] : value
  return now
}

/** The fields that were set since `before`, which is a `snapshotOf` them; of `Vary`, what was added to it. */
export function ownFields(now: ResponseFields, before: ResponseFields): HeaderMap {
  const own: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(now)) {
    const was = before[name]
    if (value === undefined || (was !== undefined && String(was) === String(value))) continue
    if (name === 'vary' && was !== undefined) {
      const known = new Set(tokensOf(String(was)))
      const added = tokensOf(String(value)).filter(token => !known.has(token))
      if (added.length > 0) own[name] = added.join(', ')
    } else own[name] = typeof value === 'number' ? String(value) : value
  }
  return own
}

/** The fields of a reply by name, its `Vary` joined to one that is set already. */
export function withVary(
  { headers, byName }: { readonly headers: readonly string[]; readonly byName: Fields },
  set: ResponseFields[string],
): Fields {
  if (set === undefined) return byName
  const fields = byNameOf(headers)
  const own = fields['vary']
  if (own !== undefined)
    fields['vary'] = [...new Set([...tokensOf(String(set)), ...tokensOf(String(own))])].join(', ')
  return fields
}

type Fields = Readonly<Record<string, string | string[]>>
