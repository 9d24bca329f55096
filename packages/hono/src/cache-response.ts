import type { Cache } from '@tiercache/core'
import { type Capture, ownFields, responseCache, type ResponseCacheOptions, tap } from '@tiercache/http'
import type { Context, Env, MiddlewareHandler } from 'hono'
import { flatOf, joined, mapOf, pairsOf } from './fields.ts'
import { responseOf } from './reply.ts'
import { showOnly } from './show-only.ts'
import { viewOf } from './view.ts'

/**
 * Answers from the cache, and stores what the handlers after it answer: `app.get('/jobs', cacheResponse(cache, { ttl: '2m' }), handler)`.
 * Throws `CacheError` for options that are not valid; trouble in the cache never reaches a request.
 */
export function cacheResponse<E extends Env = Env>(
  cache: Cache,
  options: ResponseCacheOptions<Context<E>> = {},
): MiddlewareHandler<E> {
  const responses = responseCache(cache, options)
  return async (c, next) => {
    const found = responses.lookup(viewOf(c))
    const lookup = found instanceof Promise ? await found : found
    // A response without a body has the fields that middleware has set so far. They are neither stored nor judged.
    const before = c.newResponse(null).headers
    if (lookup.kind === 'reply') return assign(c, responseOf(lookup.reply, before))
    const { capture, exposed, fields } = lookup
    if (capture === undefined) {
      await next()
      for (const [name, value] of pairsOf(fields)) c.header(name, value, { append: name === 'Cache-Status' })
      return
    }
    const set = new Headers(before)
    try {
      if (exposed !== undefined) showOnly(c, exposed)
      await next()
      assign(c, await recorded(c.res, capture, fields, set))
    } catch (error) {
      capture.abort()
      throw error
    }
  }
}

/** What a client is sent for a handler's response. */
async function recorded(
  response: Response,
  capture: Capture,
  fields: readonly string[],
  before: Headers,
): Promise<Response> {
  const { body, status, statusText, headers } = response
  const own = ownFields(mapOf(headers), mapOf(before))
  const step = capture.head(status, own)
  if (step.kind === 'replace') {
    await body?.cancel()
    return responseOf(step.reply, before)
  }
  await step.wait
  if (body === null) await capture.end()
  const all = joined(joined(before, flatOf(own)), [...fields, ...step.fields])
  return new Response(body?.pipeThrough(tap(capture)) ?? null, { status, statusText, headers: all })
}

function assign(c: Context, response: Response): void {
  // A context that has a response already would give the new one its fields.
  c.res = undefined
  c.res = response
}
