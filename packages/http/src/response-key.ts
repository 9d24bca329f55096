import { createHash } from 'node:crypto'
import type { Key } from '@tiercache/core'
import type { RequestView } from './request-view.ts'
import type { Settings } from './settings.ts'
import { parseTarget, type Target } from './target.ts'

const MOST_REMEMBERED = 2000

/** What a URL comes to, so that a hit need not read it again. */
export interface Place {
  readonly target: Target
  /** Path, origin and query as one key: `/jobs:http%3A//shop.example:page=1`. */
  readonly key: string
}

/** Reads targets, and remembers the last of them. */
export class Places {
  readonly #settings: Pick<Settings<never>, 'varyQuery'>
  #known = new Map<string, Place | undefined>()

  constructor(settings: Pick<Settings<never>, 'varyQuery'>) {
    this.#settings = settings
  }

  /** `undefined` for a target that is not to be cached. */
  of({ scheme, host, url }: RequestView<unknown>): Place | undefined {
    const name = `${scheme} ${host} ${url}`
    const known = this.#known.get(name)
    if (known !== undefined || this.#known.has(name)) return known
    const target = parseTarget(url, this.#settings.varyQuery)
    const place = target && { target, key: keyOf([target.path, originOf(scheme, host), target.query]) }
    if (this.#known.size >= MOST_REMEMBERED) this.#known = new Map()
    if (name.length <= 2048) this.#known.set(name, place)
    return place
  }
}

/** The key of everything that is stored for a URL, for `deleteByPrefix`: `keyOfUrl('/jobs')` covers all hosts and queries. */
export function keyOfUrl(path: string, origin?: string, query?: string): string {
  return keyOf([path, ...(origin === undefined ? [] : [origin]), ...(query === undefined ? [] : [query])])
}

export function originOf(scheme: string, host: string): string {
  return `${scheme}://${host.toLowerCase()}`
}

/** The tag of all that is stored for a path of an origin, where unsafe requests invalidate it (RFC 9111 §4.4). */
export function urlTag(namespace: string, origin: string, path: string): string {
  return `url:${digestOf(JSON.stringify([namespace, origin, path]))}`
}

/** A key that the route's own function made, as text. */
export function printKey(key: Key): string {
  if (typeof key === 'string') return key
  return keyOf(
    key.map(part =>
      typeof part === 'object' && part !== null ? digestOf(JSON.stringify(part)) : String(part),
    ),
  )
}

/** Parts as core prints them: escaped, with `:` between. */
export function keyOf(parts: readonly string[]): string {
  return parts.map(part => (part === '' ? '%' : part.replace(/[%:{}*\p{Cc}]/gu, escaped))).join(':')
}

/** A short name for a text or body of any length. */
export function digestOf(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

function escaped(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** A key as it can stand in a header or a line of a log. */
export function keyText(key: string): string {
  return /^[\x21-\x7e]*$/.test(key) ? key : key.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}
