import type { Cache } from '@tiercache/core'
import {
  adminEndpoint,
  type AdminOptions,
  answerNode,
  type Endpoint,
  healthEndpoint,
  type HealthOptions,
  statsEndpoint,
  type StatsOptions,
} from '@tiercache/http'
import type { Context, Middleware } from 'koa'

/** Whether the cache works, as JSON: `router.all('/health/cache', cacheHealth(cache))`. */
export function cacheHealth(cache: Cache, options?: HealthOptions<Context>): Middleware {
  return middlewareOf(healthEndpoint(cache, options))
}

/** Counts of the cache, and response times with `{ timing }`, as JSON. */
export function cacheStats(cache: Cache, options?: StatsOptions<Context>): Middleware {
  return middlewareOf(statsEndpoint(cache, options))
}

/** Clears by `POST`, for whom `authorize` lets: `router.all('/admin/cache', cacheAdmin(cache, { authorize }))`. Needs no body parser. */
export function cacheAdmin(cache: Cache, options: AdminOptions<Context>): Middleware {
  return middlewareOf(adminEndpoint(cache, options))
}

function middlewareOf(endpoint: Endpoint<Context>): Middleware {
  return async ctx => {
    const parsed: unknown = 'body' in ctx.request ? ctx.request.body : undefined
    ctx.respond = false
    await answerNode(endpoint, { request: ctx.req, response: ctx.res }, { native: ctx, parsed })
  }
}
