export { createCacheHandler } from './create-cache-handler.ts'
export { createIncrementalCacheHandler } from './incremental-cache-handler.ts'
export { cacheResponse } from './cache-response.ts'
export { invalidates } from './invalidates.ts'
export { cacheAdmin, cacheHealth, cacheStats, type EndpointHandler } from './endpoints.ts'
export type { NextCacheOptions } from './process-cache.ts'
export type {
  IncrementalCacheHandler,
  IncrementalContext,
  IncrementalEntry,
  IncrementalGetContext,
  IncrementalSetContext,
  IncrementalValue,
  PageLife,
  TagDurations,
  UseCacheEntry,
  UseCacheHandler,
} from './next-types.ts'
export type { AsyncRouteHandler, RouteHandler, RouteHandlerContext } from './route-handler.ts'
export type {
  AdminOptions,
  HealthOptions,
  InvalidatesOptions,
  ResponseCacheOptions,
  StatsOptions,
} from '@tiercache/http'
