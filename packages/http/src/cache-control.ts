/** Directives by name in lower case: `true`, or the argument as text. */
export type CacheControl = ReadonlyMap<string, true | string>

const NONE: CacheControl = new Map()
const DIRECTIVE = /([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

/**
 * The directives of a `Cache-Control` field (RFC 9111 §5.2), of a request or a response. A directive that is given twice keeps what
 * restricts more: the smaller number, or its form without argument.
 */
export function parseCacheControl(field: string | readonly string[] | undefined): CacheControl {
  if (field === undefined || field.length === 0) return NONE
  const directives = new Map<string, true | string>()
  for (const [, name = '', quoted, token] of String(field).matchAll(DIRECTIVE)) {
    const key = name.toLowerCase()
    const value = quoted ?? token ?? true
    const before = directives.get(key)
    directives.set(key, before === undefined ? value : stricter(before, value))
  }
  return directives
}

/** The seconds a directive gives; `undefined` without it; 0 where they are no number, which a cache is to take for stale (§4.2.1). */
export function secondsOf(directives: CacheControl, name: string): number | undefined {
  const value = directives.get(name)
  if (value === undefined) return undefined
  return typeof value === 'string' && /^\d+$/.test(value) ? Math.min(Number(value), 2 ** 31) : 0
}

function stricter(a: true | string, b: true | string): true | string {
  if (a === true || b === true) return true
  return Number(b) < Number(a) || Number.isNaN(Number(b)) ? b : a
}
