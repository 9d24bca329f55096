import type { Cache } from '@tiercache/core'
import {
  adminEndpoint,
  type AdminOptions,
  type Endpoint,
  healthEndpoint,
  type HealthOptions,
  statsEndpoint,
  type StatsOptions,
} from '@tiercache/http'
import type { Context, Env, Handler } from 'hono'

/** Whether the cache works, as JSON: `app.all('/health/cache', cacheHealth(cache))`. */
export function cacheHealth<E extends Env = Env>(
  cache: Cache,
  options?: HealthOptions<Context<E>>,
): Handler<E> {
  return handlerOf(healthEndpoint(cache, options))
}

/** Counts of the cache, and response times with `{ timing }`, as JSON. */
export function cacheStats<E extends Env = Env>(
  cache: Cache,
  options?: StatsOptions<Context<E>>,
): Handler<E> {
  return handlerOf(statsEndpoint(cache, options))
}

/** Clears by `POST`, for whom `authorize` lets: `app.all('/admin/cache', cacheAdmin(cache, { authorize }))`. */
export function cacheAdmin<E extends Env = Env>(cache: Cache, options: AdminOptions<Context<E>>): Handler<E> {
  return handlerOf(adminEndpoint(cache, options))
}

function handlerOf<E extends Env>(endpoint: Endpoint<Context<E>>): Handler<E> {
  return async c => {
    const { method } = c.req
    const { status, headers, body } = await endpoint({
      method,
      headers: c.req.header(),
      native: c,
      body: () => c.req.text(),
    })
    return new Response(body, { status, headers })
  }
}
