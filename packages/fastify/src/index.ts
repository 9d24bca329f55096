export { tiercache, tiercache as default, type TiercacheOptions } from './plugin.ts'
export { invalidates } from './invalidates.ts'
export { cacheAdmin, cacheHealth, cacheStats } from './endpoints.ts'
export { cacheTiming, type TimingPlugin } from './cache-timing.ts'
export type {
  AdminOptions,
  HealthOptions,
  InvalidatesOptions,
  ResponseCacheOptions,
  StatsOptions,
  TimingOptions,
  TimingStats,
} from '@tiercache/http'
