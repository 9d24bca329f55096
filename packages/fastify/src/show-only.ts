import { type Exposed, showOnly as showOnlyOfNode } from '@tiercache/http'
import type { FastifyRequest } from 'fastify'

/**
 * Shows the handler only what the key covers. The function returned gives the request back as it came; `undefined` where a parser of
 * nested parameters has mixed those that are part of the key with others.
 */
export function showOnly(request: FastifyRequest, exposed: Exposed): (() => void) | undefined {
  const { raw, query } = request
  const shownQuery = withoutHidden(query, raw.url ?? '', exposed.url)
  if (shownQuery === undefined) return undefined
  const merged = request.headers === raw.headers ? undefined : request.headers
  const restore = showOnlyOfNode(raw, exposed)
  request.query = shownQuery
  if (merged !== undefined) request.headers = exposed.headers
  // Fastify remembers it once somebody has asked.
  Object.defineProperty(request, 'originalUrl', { value: exposed.url, configurable: true })
  return () => {
    restore()
    request.query = query
    if (merged !== undefined) request.headers = merged
    Reflect.deleteProperty(request, 'originalUrl')
  }
}

/** The parsed query, validated and with its defaults, less the parameters that are not part of the key. */
function withoutHidden(query: unknown, wholeUrl: string, url: string): object | undefined {
  const parsed = typeof query === 'object' && query !== null ? query : {}
  const shown = new Set(namesOf(url))
  const hidden = namesOf(wholeUrl).filter(name => !shown.has(name))
  if (hidden.length === 0) return parsed
  const kept: Record<string, unknown> = { ...parsed }
  for (const name of hidden) {
    if (!(name in parsed) && /^[^.[]+(?=[.[])/.exec(name)?.some(root => root in parsed)) return undefined
    delete kept[name]
  }
  return kept
}

function namesOf(url: string): string[] {
  const at = url.indexOf('?')
  if (at < 0) return []
  return url
    .slice(at + 1)
    .split('&')
    .flatMap(pair => spellingsOf(pair.split('=', 1)[0] ?? ''))
}

/** A name as parsers may have read it. */
function spellingsOf(name: string): string[] {
  const spaced = name.replaceAll('+', ' ')
  try {
    return [decodeURIComponent(spaced)]
  } catch {
    return [name, spaced]
  }
}
