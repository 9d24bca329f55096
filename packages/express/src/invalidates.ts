import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions, observeNode } from '@tiercache/http'
import type { Request, RequestHandler } from 'express'

/**
 * Invalidates once the route's handler has answered with success, before the client is told:
 * `app.post('/jobs', invalidates(cache, { tags: ['jobs'] }), handler)`. Throws `CacheError` for options that are not valid.
 */
export function invalidates(cache: Cache, options: InvalidatesOptions<Request>): RequestHandler {
  const invalidate = invalidator(cache, options)
  return (request, response, next) => {
    observeNode(response, status => invalidate(request, { status }))
    next()
  }
}
