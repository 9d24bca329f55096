/** A request target the cache may key by: one spelling per resource. */
export interface Target {
  readonly path: string
  /** Sorted by name, parameters of one name in their order; without those that are no part of the key. */
  readonly query: string
  /** Path and query, to be shown to the handler instead of the one that was received; `undefined`: they are the same. */
  readonly rewritten: string | undefined
}

const PLAIN_PATH = /^\/(?:[\w\-.~!$&'()*+,=:@/]|%[0-9a-f]{2})*$/i
/**
 * What routers, proxies and file systems read in different ways: dot segments, empty segments, path parameters, and separators, dots and
 * control characters in disguise. One reader takes `/account/..%2fpublic.css` for a style sheet, the other for an account.
 */
const AMBIGUOUS = /\/\/|\/\.{1,2}(?:\/|$)|%(?:2f|5c|2e|3b|25|7f|[01][0-9a-f])/i

/** The target, or `undefined` for one that has another spelling, or that some router might read as another resource. */
export function parseTarget(url: string, varyQuery: ReadonlySet<string> | undefined): Target | undefined {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  if (!PLAIN_PATH.test(path) || AMBIGUOUS.test(path)) return undefined
  if (mark < 0) return { path, query: '', rewritten: undefined }
  const raw = url.slice(mark + 1)
  if (!raw.isWellFormed() || raw.includes('#')) return undefined
  const query = sortedQuery(raw, varyQuery)
  const clean = query === '' ? path : `${path}?${query}`
  return { path, query, rewritten: clean === url ? undefined : clean }
}

function sortedQuery(raw: string, varyQuery: ReadonlySet<string> | undefined): string {
  const pairs: { readonly name: string; readonly text: string }[] = []
  for (const text of raw.split('&')) {
    if (text === '') continue
    const name = decoded(text.split('=', 1)[0] ?? '')
    if (varyQuery === undefined || varyQuery.has(name)) pairs.push({ name, text })
  }
  return pairs
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(pair => pair.text)
    .join('&')
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
