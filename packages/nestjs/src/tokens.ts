import { Inject } from '@nestjs/common'

/** The cache of the application: `constructor(@Inject(TIERCACHE) private readonly cache: Cache) {}`. */
export const TIERCACHE = 'TIERCACHE'

/** The token of `@nestjs/cache-manager`, under which the module provides a drop-in for it. */
export const CACHE_MANAGER = 'CACHE_MANAGER'

/** The token of a namespace that was named in the module's options. */
export function namespaceToken(name: string): string {
  return `${TIERCACHE}:${name}`
}

/** Injects the cache, or one of its namespaces: `constructor(@InjectCache('jobs') private readonly jobs: Cache) {}`. */
export function InjectCache(namespace?: string): ReturnType<typeof Inject> {
  return Inject(namespace === undefined ? TIERCACHE : namespaceToken(namespace))
}

/** Response times, where the module measures them: `@Inject(CACHE_TIMES) times: ResponseTimes`. */
export const CACHE_TIMES = 'TIERCACHE:times'

/** The cache with what its owner has to know. */
export const OWN_CACHE: unique symbol = Symbol('tiercache')
