import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions } from '@tiercache/http'
import type { FastifyRequest, onSendAsyncHookHandler } from 'fastify'

/**
 * Invalidates once a route has answered with success, before the client is told: what `config.invalidates` does, as an `onSend` hook for
 * a whole scope or for routes without the plugin. Throws `CacheError` for options that are not valid.
 */
export function invalidates(
  cache: Cache,
  options: InvalidatesOptions<FastifyRequest>,
): onSendAsyncHookHandler {
  const invalidate = invalidator(cache, options)
  return async (request, reply) => {
    await invalidate(request, { status: reply.statusCode })
  }
}
