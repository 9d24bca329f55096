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
import type { Request, RequestHandler } from 'express'

/** Whether the cache works, as JSON: `app.use('/health/cache', cacheHealth(cache))`. */
export function cacheHealth(cache: Cache, options?: HealthOptions<Request>): RequestHandler {
  return handlerOf(healthEndpoint(cache, options))
}

/** Counts of the cache, and response times with `{ timing }`, as JSON. */
export function cacheStats(cache: Cache, options?: StatsOptions<Request>): RequestHandler {
  return handlerOf(statsEndpoint(cache, options))
}

/** Clears by `POST`, for whom `authorize` lets: `app.use('/admin/cache', cacheAdmin(cache, { authorize }))`. */
export function cacheAdmin(cache: Cache, options: AdminOptions<Request>): RequestHandler {
  return handlerOf(adminEndpoint(cache, options))
}

function handlerOf(endpoint: Endpoint<Request>): RequestHandler {
  return (request, response) =>
    answerNode(endpoint, { request, response }, { native: request, parsed: request.body })
}
