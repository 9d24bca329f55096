import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common'
import { createCache } from '@tiercache/core'
import { responseCache, type ResponseCacheOptions } from '@tiercache/http'
import { CACHE_RESPONSE } from './metadata.ts'
import { ResponseInterceptor } from './response-interceptor.ts'

/**
 * Answers a route from the cache, and stores what its handler answers: `@Get('jobs') @CacheResponse({ ttl: '2m', tags: ['jobs'] })`. On a
 * controller it holds for all its routes that have none of their own. Guards run before it, so nobody is answered whom they would turn
 * away; pipes and the handler do not run for an answer from the cache. Functions among the options get the platform's request. Throws
 * `CacheError` for options that are not valid; trouble in the cache never reaches a request.
 */
export function CacheResponse<Req extends object = object>(
  options: ResponseCacheOptions<Req> = {},
): ClassDecorator & MethodDecorator {
  responseCache(createCache({ memory: false }), options)
  return applyDecorators(SetMetadata(CACHE_RESPONSE, options), UseInterceptors(ResponseInterceptor))
}
