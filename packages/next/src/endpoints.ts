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
import type { NextRequest } from 'next/server.js'
import { requestScope } from './request-scope.ts'
import { viewOf } from './request-view.ts'

/** A handler of its own, for any method and any route. */
export type EndpointHandler = (request: NextRequest) => Promise<Response>

/** Whether the cache works, as JSON: `export const GET = cacheHealth(cache)`. */
export function cacheHealth(cache: Cache, options?: HealthOptions<NextRequest>): EndpointHandler {
  return handlerOf(healthEndpoint(cache, options))
}

/** Counts of the cache, as JSON: `export const GET = cacheStats(cache, { authorize })`. */
export function cacheStats(cache: Cache, options?: StatsOptions<NextRequest>): EndpointHandler {
  return handlerOf(statsEndpoint(cache, options))
}

/** Clears, for whom `authorize` lets: `export const POST = cacheAdmin(cache, { authorize })`. */
export function cacheAdmin(cache: Cache, options: AdminOptions<NextRequest>): EndpointHandler {
  return handlerOf(adminEndpoint(cache, options))
}

function handlerOf(endpoint: Endpoint<NextRequest>): EndpointHandler {
  return async request => {
    // Not what `next build` could answer.
    await requestScope()
    const { method, headers } = viewOf(request)
    const answer = await endpoint({ method, headers, native: request, body: () => request.text() })
    return new Response(answer.body, { status: answer.status, headers: answer.headers })
  }
}
