import type { Exchange } from './platform.ts'

/** Takes out of Fastify's parsed query what the handler is not to see, until the response is over. `wholeUrl` is the URL with all of it. */
export function hideQuery({ native, request, response }: Exchange, wholeUrl: string): void {
  const holder = native as { query: unknown }
  const { query } = holder
  const shown = new Set(namesOf(request.url ?? ''))
  const hidden = namesOf(wholeUrl).filter(name => !shown.has(name))
  if (hidden.length === 0 || typeof query !== 'object' || query === null) return
  const gone = new Set(hidden.flatMap(name => [name, name.split(/[.[]/, 1)[0] ?? name]))
  holder.query = Object.fromEntries(Object.entries(query).filter(([name]) => !gone.has(name)))
  response.once('close', () => {
    holder.query = query
  })
}

function namesOf(url: string): string[] {
  const at = url.indexOf('?')
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at)).keys()]
}
