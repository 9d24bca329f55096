export { cacheResponse } from './cache-response.ts'
export { invalidates } from './invalidates.ts'
export { cacheAdmin, cacheHealth, cacheStats } from './endpoints.ts'
export { cacheTiming, type TimingMiddleware } from './cache-timing.ts'
export type {
  AdminOptions,
  HealthOptions,
  InvalidatesOptions,
  ResponseCacheOptions,
  StatsOptions,
  TimingOptions,
  TimingStats,
} from '@tiercache/http'
