import type { Cache, Invalidation } from '@tiercache/core'
import { checkNames, optionError } from '@tiercache/core/options'
import { fieldOf } from '../headers.ts'
import { type HttpClock, systemTime } from '../time.ts'
import { type Authorize, authorizer } from './authorize.ts'
import { type Order, parseOrder } from './order.ts'
import { answer, type Endpoint, type EndpointAnswer, refused } from './endpoint.ts'

/** Options of the endpoint that clears. */
export interface AdminOptions<Req = unknown> {
  /** Who may. Required: without it nobody is let in, and the endpoint is not made. */
  readonly authorize: Authorize<Req>
  /** Requests a minute, refused ones included, of all clients together. Default 60. */
  readonly perMinute?: number
  /** Time, for tests. */
  readonly clock?: HttpClock
}

/**
 * `POST` with JSON such as `{ "tags": ["jobs"] }`: clears by `keys`, `tags`, `prefixes`, `namespaces`, or `"all": true`; keys and prefixes
 * within `namespace` if given; `"soft": true` expires instead. It shows no keys and no values. Besides `authorize` it wants the field
 * `X-Requested-With`, which no other site's form can send. It answers 429, 401, 405, 403 and 400, checked in this order.
 */
export function adminEndpoint<Req>(cache: Cache, options: AdminOptions<Req>): Endpoint<Req> {
  checkNames(options ?? {}, ['authorize', 'perMinute', 'clock'], 'cacheAdmin')
  const authorized = authorizer(options?.authorize, 'cacheAdmin.authorize')
  const admits = perMinute(options.perMinute ?? 60, options.clock ?? systemTime)
  return async request => {
    try {
      const admitted = admits()
      if (!admitted) return answer(429, { error: 'too many requests' }, { 'retry-after': '60' })
      if (!(await authorized(request))) return refused()
      if (request.method !== 'POST') return answer(405, { error: 'use POST' }, { allow: 'POST' })
      if (fieldOf(request.headers, 'x-requested-with') === undefined) {
        return answer(403, { error: 'send the field X-Requested-With' })
      }
      return await obey(cache, await request.body())
    } catch {
      return answer(500, { error: 'failed' })
    }
  }
}

async function obey(cache: Cache, body: unknown): Promise<EndpointAnswer> {
  const order = parseOrder(body)
  if (typeof order === 'string') return answer(400, { error: order })
  let outcomes: Invalidation[]
  try {
    outcomes = await Promise.all(carriedOut(cache, order))
  } catch (error) {
    return answer(400, { error: error instanceof Error ? error.message : 'not a key' })
  }
  const status = outcomes.every(outcome => outcome.status === 'committed') ? 'committed' : 'deferred'
  const { keys, tags, prefixes, namespaces, all } = order
  return answer(200, {
    status,
    invalidated: {
      keys: keys.length,
      tags: tags.length,
      prefixes: prefixes.length,
      namespaces: namespaces.length,
      all,
    },
  })
}

function carriedOut(
  cache: Cache,
  { keys, tags, prefixes, namespaces, namespace, all, soft }: Order,
): Promise<Invalidation>[] {
  const scope = namespace === undefined ? cache : cache.namespace(namespace)
  const wholes = [...namespaces.map(name => cache.namespace(name)), ...(all ? [cache] : [])]
  return [
    ...keys.map(key => (soft ? scope.expire(key) : scope.delete(key))),
    ...(tags.length > 0 ? [soft ? cache.expireByTag(tags) : cache.deleteByTag(tags)] : []),
    ...prefixes.map(prefix => (soft ? scope.expireByPrefix(prefix) : scope.deleteByPrefix(prefix))),
    ...wholes.map(whole => (soft ? whole.expireAll() : whole.clear())),
  ]
}

function perMinute(most: number, clock: HttpClock): () => boolean {
  if (!Number.isInteger(most) || most < 1)
    throw optionError('cacheAdmin.perMinute', most, 'must be a whole number from 1 up')
  let since = Number.NEGATIVE_INFINITY
  let seen = 0
  return () => {
    const now = clock.precise()
    if (now - since >= 60_000) {
      since = now
      seen = 0
    }
    return ++seen <= most
  }
}
