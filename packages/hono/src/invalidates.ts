import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions } from '@tiercache/http'
import type { Context, Env, MiddlewareHandler } from 'hono'

/**
 * Invalidates once the handlers after it have answered with success, before the client is told:
 * `app.post('/jobs', invalidates(cache, { tags: ['jobs'] }), handler)`. Throws `CacheError` for options that are not valid.
 */
export function invalidates<E extends Env = Env>(
  cache: Cache,
  options: InvalidatesOptions<Context<E>>,
): MiddlewareHandler<E> {
  const invalidate = invalidator(cache, options)
  return async (c, next) => {
    await next()
    await invalidate(c, { status: c.res.status })
  }
}
