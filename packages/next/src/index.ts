export { createCacheHandler } from './create-cache-handler.ts'
export { createIncrementalCacheHandler } from './incremental-cache-handler.ts'
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
