import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions } from '@tiercache/http'
import type { NextRequest } from 'next/server.js'
import { statusOfThrown } from './interruptions.ts'
import type { AsyncRouteHandler, RouteHandler, RouteHandlerContext } from './route-handler.ts'

/**
 * Invalidates once a handler has answered with success, before the client is told:
 * `export const POST = invalidates(cache, { tags: ['jobs'] }, async request => …)`. To `redirect()` is success, too. Throws `CacheError`
 * for options that are not valid; the handler's own error reaches Next.js untouched.
 */
export function invalidates<Context extends RouteHandlerContext = RouteHandlerContext>(
  cache: Cache,
  options: InvalidatesOptions<NextRequest>,
  handler: RouteHandler<Context>,
): AsyncRouteHandler<Context> {
  const invalidate = invalidator(cache, options)
  return async (request, context) => {
    try {
      const response = await handler(request, context)
      await invalidate(request, response)
      return response
    } catch (thrown) {
      await invalidate(request, { status: statusOfThrown(thrown) ?? 500 })
      throw thrown
    }
  }
}
