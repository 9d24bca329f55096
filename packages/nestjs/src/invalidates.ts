import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common'
import { createCache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions } from '@tiercache/http'
import { InvalidatesInterceptor } from './invalidates-interceptor.ts'
import { INVALIDATES } from './metadata.ts'

/**
 * Invalidates once a route's handler has answered with success, before the client is told: `@Post('jobs') @Invalidates({ tags: ['jobs'] })`.
 * Throws `CacheError` for options that are not valid.
 */
export function Invalidates<Req extends object = object>(
  options: InvalidatesOptions<Req>,
): ClassDecorator & MethodDecorator {
  invalidator(createCache({ memory: false }), options)
  return applyDecorators(SetMetadata(INVALIDATES, options), UseInterceptors(InvalidatesInterceptor))
}
