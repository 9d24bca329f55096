import type { HeaderMap } from '@tiercache/http'

/** Response fields as Fastify has them. */
export type Fields = Readonly<Record<string, number | string | readonly string[] | undefined>>

/** Fields as they are now: Fastify adds to a list in place. */
export function snapshot(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  )
}

/** The fields that were set since `before`; of `Vary`, what was added to it. */
export function ownFields(fields: Fields, before: Fields): HeaderMap {
  const own: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(fields)) {
    const was = before[name]
    if (value === undefined || String(was) === String(value)) continue
    if (name === 'vary' && was !== undefined) {
      const known = new Set(tokensOf(was))
      const added = tokensOf(value).filter(token => !known.has(token))
      if (added.length > 0) own[name] = added.join(', ')
    } else own[name] = typeof value === 'object' ? value : String(value)
  }
  return own
}

/** Names and values in turn as an object; `Vary` joined to the one that is set. */
export function fieldsOf(flat: readonly string[], vary: Fields[string]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = '', value = ''] = [flat[i], flat[i + 1]]
    const before = fields[name]
    if (name === 'vary' && vary !== undefined)
      fields[name] = [...new Set([...tokensOf(vary), ...tokensOf(value)])].join(', ')
    else fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}

function tokensOf(field: NonNullable<Fields[string]>): string[] {
  return String(field)
    .split(',')
    .flatMap(token => token.trim().toLowerCase() || [])
}
