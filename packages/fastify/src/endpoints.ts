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
import type { FastifyRequest, RouteHandlerMethod } from 'fastify'

/** Whether the cache works, as JSON: `fastify.get('/health/cache', cacheHealth(cache))`. */
export function cacheHealth(cache: Cache, options?: HealthOptions<FastifyRequest>): RouteHandlerMethod {
  return handlerOf(healthEndpoint(cache, options))
}

/** Counts of the cache, and response times with `{ timing }`, as JSON. */
export function cacheStats(cache: Cache, options?: StatsOptions<FastifyRequest>): RouteHandlerMethod {
  return handlerOf(statsEndpoint(cache, options))
}

/** Clears, for whom `authorize` lets: `fastify.post('/admin/cache', cacheAdmin(cache, { authorize }))`. */
export function cacheAdmin(cache: Cache, options: AdminOptions<FastifyRequest>): RouteHandlerMethod {
  return handlerOf(adminEndpoint(cache, options))
}

function handlerOf(endpoint: Endpoint<FastifyRequest>): RouteHandlerMethod {
  return async (request, reply) => {
    const { method, headers } = request
    const {
      status,
      headers: fields,
      body,
    } = await endpoint({ method, headers, native: request, body: async () => request.body })
    return reply.code(status).headers(fields).send(body)
  }
}
