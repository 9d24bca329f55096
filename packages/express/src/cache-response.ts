import type { Cache } from '@tiercache/core'
import {
  type RequestView,
  responseCache,
  type ResponseCacheOptions,
  serveNode,
  userOf,
  viewOfNode,
} from '@tiercache/http'
import type { Request, RequestHandler } from 'express'

/**
 * Answers a route from the cache, and stores what its handlers answer:
 * `app.get('/jobs', cacheResponse(cache, { ttl: '2m', tags: ['jobs'] }), handler)`. Throws `CacheError` for options that are not valid;
 * trouble in the cache never reaches a request.
 */
export function cacheResponse(cache: Cache, options: ResponseCacheOptions<Request> = {}): RequestHandler {
  const responses = responseCache(cache, options)
  return (request, response, next) => serveNode(responses, viewOf(request), { request, response }, next)
}

function viewOf(request: Request): RequestView<Request> {
  const trusts: unknown = request.app.get('trust proxy fn')
  const trustsProxy = typeof trusts === 'function' && trusts(request.socket.remoteAddress, 0) === true
  return viewOfNode(request, {
    native: request,
    url: request.originalUrl,
    scheme: trustsProxy ? request.protocol : undefined,
    host: trustsProxy ? request.host : undefined,
    trustsProxy,
    user: userOf(request),
  })
}
