import type { Cache } from '@tiercache/core'
import {
  type Exposed,
  type RequestView,
  responseCache,
  type ResponseCacheOptions,
  serveFetch,
} from '@tiercache/http'
import type { NextRequest } from 'next/server.js'
import { statusOfThrown } from './interruptions.ts'
import { type RequestScope, requestScope } from './request-scope.ts'
import { pathOf, requestOf, routedTo, unconditional, viewOf } from './request-view.ts'
import type { AsyncRouteHandler, RouteHandler, RouteHandlerContext } from './route-handler.ts'

/**
 * A route handler that answers from the cache, and stores what `handler` answers:
 * `export const GET = cacheResponse(cache, { ttl: '2m' }, async request => Response.json(…))`. Where a response may be stored, `handler`,
 * `headers()` and `cookies()` are shown a request of what its key covers, whose URL has the host that the client has named.
 *
 * What is thrown by `redirect()` and `notFound()` is not stored, nor anything in draft mode. Throws `CacheError` for options that are not
 * valid; trouble in the cache never reaches a request, and the handler's own error reaches Next.js untouched.
 */
export function cacheResponse<Context extends RouteHandlerContext = RouteHandlerContext>(
  cache: Cache,
  options: ResponseCacheOptions<NextRequest>,
  handler: RouteHandler<Context>,
): AsyncRouteHandler<Context> {
  const responses = responseCache(cache, options)

  return async (request, context) => {
    const scope = await requestScope()
    if (scope.kind === 'closed' || (scope.kind === 'request' && scope.isDraft))
      return handler(request, context)
    const received = viewOf(request)
    const inside = scope.kind === 'request' ? scope : undefined
    const view = routedTo(received, inside && pathOf(inside.route, (await context.params) ?? {}))
    if (view === undefined) return handler(request, context)

    const serve = async (asked: RequestView<NextRequest>): Promise<Response> => {
      const thrown: unknown[] = []
      const run = (exposed: Exposed | undefined): Response | Promise<Response> =>
        exposed === undefined ? handler(request, context) : runShown(exposed).catch(answerOf(thrown))
      const response = await serveFetch(responses, asked, run)
      if (thrown.length > 0) throw thrown[0]
      return response
    }
    const runShown = async (exposed: Exposed): Promise<Response> => {
      const shown = await requestOf(exposed, received, request.signal)
      return inside === undefined ? handler(shown, context) : inside.run(shown, () => handler(shown, context))
    }
    return serve({ ...view, replay: replayBy(serve, view, inside) })
  }
}

/** Stands in for what Next.js makes of an answer that was thrown, so that it is neither stored nor taken for a failure. */
function answerOf(thrown: unknown[]): (error: unknown) => Response {
  return error => {
    const status = statusOfThrown(error)
    if (status === undefined) throw error
    thrown.push(error)
    return new Response(null, { status, headers: { 'cache-control': 'no-store' } })
  }
}

/** Has a stale response made anew by the handler alone: whatever is in front of it has let this request through. */
function replayBy(
  serve: (view: RequestView<NextRequest>) => Promise<Response>,
  view: RequestView<NextRequest>,
  scope: RequestScope | undefined,
): RequestView['replay'] {
  return announce => {
    const source = {}
    announce(source)
    const work = serve({ ...unconditional(view), source })
      .then(response => response.body?.pipeTo(new WritableStream()))
      .catch((error: unknown) => {
        if (statusOfThrown(error) === undefined) throw error
      })
    scope?.after(work)
    // The stale response stays as it is, and the next request tries again.
    return work.catch(() => {})
  }
}
