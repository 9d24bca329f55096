import Negotiator from 'negotiator'
import { fieldOf, type HeaderMap } from './headers.ts'
import type { VaryRule } from './options.ts'

/** A response at most has so many variants here; requests for more go past the cache. */
const MOST_VARIANTS = 16
const MOST_REMEMBERED = 10_000
const ENCODINGS = ['zstd', 'br', 'gzip']

/** The declared fields as the key has them and the handler sees them: so that spellings of one wish are one variant. */
export function variantOf(
  rules: ReadonlyMap<string, VaryRule | undefined>,
  headers: HeaderMap,
): Record<string, string> {
  const variant: Record<string, string> = {}
  for (const [name, rule] of rules) {
    const value = fieldOf(headers, name)
    const chosen = typeof rule === 'function' ? rule(value) : normalised(name, value, rule)
    if (chosen !== undefined) variant[name] = chosen
  }
  return variant
}

function normalised(
  name: string,
  value: string | undefined,
  values: readonly string[] | undefined,
): string | undefined {
  if (name === 'accept-encoding') {
    return new Negotiator({ headers: { [name]: value ?? '' } }).encoding([
      ...(values ?? ENCODINGS),
      'identity',
    ])
  }
  if (values === undefined) return value?.trim().replace(/\s*,\s*/g, ',')
  const negotiator = new Negotiator({ headers: value === undefined ? {} : { [name]: value } })
  if (name === 'accept-language') return negotiator.language([...values]) ?? values[0]
  if (name === 'accept') return negotiator.mediaType([...values]) ?? values[0]
  return value !== undefined && values.includes(value) ? value : undefined
}

/** Which variants of a response this instance has, so that a hostile `Accept-Language` cannot fill the cache. */
export class Variants {
  readonly #known = new Map<string, Set<string>>()

  /** Whether one more variant of this response may be stored. */
  admits(primary: string, variant: string): boolean {
    let known = this.#known.get(primary)
    if (known === undefined) {
      const oldest = this.#known.size >= MOST_REMEMBERED ? this.#known.keys().next().value : undefined
      if (oldest !== undefined) this.#known.delete(oldest)
      known = new Set()
      this.#known.set(primary, known)
    }
    if (known.has(variant)) return true
    if (known.size >= MOST_VARIANTS) return false
    known.add(variant)
    return true
  }
}
