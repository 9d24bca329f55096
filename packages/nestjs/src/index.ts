export {
  type TiercacheAsyncOptions,
  TiercacheModule,
  type TiercacheModuleExtras,
  type TiercacheOptions,
} from './tiercache.module.ts'
export { CacheResponse } from './cache-response.ts'
export { Invalidates } from './invalidates.ts'
export { Cached, type CachedOptions, InvalidatesCached, type InvalidatesCachedOptions } from './cached.ts'
export { ResponseInterceptor as CacheResponseInterceptor } from './response-interceptor.ts'
export { CACHE_MANAGER, CACHE_TIMES, InjectCache, namespaceToken, TIERCACHE } from './tokens.ts'
export {
  type CacheManager,
  cacheManager,
  type ManagerEntry,
  type ManagerWrapOptions,
} from './cache-manager.ts'
export type { InvalidatesOptions, ResponseCacheOptions, ResponseTimes, TimingOptions } from '@tiercache/http'
