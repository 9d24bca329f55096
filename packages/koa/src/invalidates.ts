import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions } from '@tiercache/http'
import type { Context, Middleware } from 'koa'

/**
 * Invalidates once the middleware after it has answered with success, before the client is told:
 * `router.post('/jobs', invalidates(cache, { tags: ['jobs'] }), handler)`. Throws `CacheError` for options that are not valid.
 */
export function invalidates(cache: Cache, options: InvalidatesOptions<Context>): Middleware {
  const invalidate = invalidator(cache, options)
  return async (ctx, next) => {
    await next()
    await invalidate(ctx, { status: ctx.status })
  }
}
