import type { Cache, Key } from '@tiercache/core'
import { checkNames, optionError } from '@tiercache/core/options'
import { functionOrNone, stringList } from './option-shapes.ts'

/** A response that was sent, as far as it is known when the invalidation is decided. */
export interface WriteOutcome {
  readonly status: number
}

type OrOf<Req, T> = T | ((request: Req, response: WriteOutcome) => T)

/** What a successful write invalidates. Each is given as it is, or as a function of the request. */
export interface InvalidatesOptions<Req = unknown> {
  readonly tags?: OrOf<Req, readonly string[]>
  /** Keys of the cache that was given; for those of a route's responses, with the route's namespace, use `tags` or `namespaces`. */
  readonly keys?: OrOf<Req, readonly Key[]>
  readonly namespaces?: OrOf<Req, readonly string[]>
  /** A domain event and its payload: what `cache.rule` maps it to is invalidated. */
  readonly event?: OrOf<Req, readonly [name: string, payload?: unknown]>
  /** When: default, after a status from 200 to 399. */
  readonly when?: (request: Req, response: WriteOutcome) => boolean
  /** Keep the values for their grace instead of deleting them: `expire…` instead of `delete…`. Default `false`. */
  readonly soft?: boolean
}

const NAMES = ['tags', 'keys', 'namespaces', 'event', 'when', 'soft']

/** Invalidates after a write. Never rejects: what went wrong is an event of the cache, or a warning. */
export type Invalidator<Req> = (request: Req, response: WriteOutcome) => Promise<void>

/** What a binding calls when its handler has answered and the client has not been told yet. Throws `CacheError` for bad options. */
export function invalidator<Req>(cache: Cache, options: InvalidatesOptions<Req>): Invalidator<Req> {
  checkNames(options, NAMES, 'invalidates')
  for (const name of ['tags', 'namespaces'] as const) {
    const value = options[name]
    if (value !== undefined && typeof value !== 'function') stringList(value, `invalidates.${name}`)
  }
  functionOrNone(options.when, 'invalidates.when')
  if (['tags', 'keys', 'namespaces', 'event'].every(name => !(name in options))) {
    throw optionError('invalidates', options, 'must name tags, keys, namespaces or an event')
  }
  const succeeded = options.when ?? ((_: Req, { status }: WriteOutcome) => status >= 200 && status < 400)
  return async (request, response) => {
    try {
      if (succeeded(request, response)) await Promise.all(invalidations(cache, options, request, response))
    } catch (error) {
      process.emitWarning(
        `An invalidation failed: ${error instanceof Error ? error.message : String(error)}`,
        'TiercacheWarning',
      )
    }
  }
}

function invalidations<Req>(
  cache: Cache,
  options: InvalidatesOptions<Req>,
  request: Req,
  response: WriteOutcome,
): Promise<unknown>[] {
  const of = <T>(value: OrOf<Req, T> | undefined): T | undefined =>
    typeof value === 'function'
      ? (value as (request: Req, response: WriteOutcome) => T)(request, response)
      : value
  const { soft = false } = options
  const tags = of(options.tags) ?? []
  const keys = of(options.keys) ?? []
  const namespaces = of(options.namespaces) ?? []
  const event = of(options.event)
  return [
    ...(tags.length > 0 ? [soft ? cache.expireByTag(tags) : cache.deleteByTag(tags)] : []),
    ...keys.map(key => (soft ? cache.expire([key]) : cache.deleteMany([key]))),
    ...namespaces.map(name => (soft ? cache.namespace(name).expireAll() : cache.namespace(name).clear())),
    ...(event === undefined ? [] : [cache.notify(event[0], event[1])]),
  ]
}
