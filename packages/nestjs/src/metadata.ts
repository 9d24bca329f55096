import type { ExecutionContext } from '@nestjs/common'

export const CACHE_RESPONSE = 'tiercache:response'
export const INVALIDATES = 'tiercache:invalidates'

/** What a decorator said of a handler, or else of its controller. */
export function metadataOf<T>(name: string, context: ExecutionContext): T | undefined {
  const find = (target: object): T | undefined => Reflect.getMetadata(name, target) as T | undefined
  return find(context.getHandler()) ?? find(context.getClass())
}
