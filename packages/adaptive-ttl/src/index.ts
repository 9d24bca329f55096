export { type AdaptiveTtl, adaptiveTtl, type AdaptiveTtlStats } from './adaptive-ttl.ts'
export { aimdTtl, type AimdTtlOptions, alexTtl, type AlexTtlOptions, fixedTtl } from './simple.ts'
export type { AdaptiveTtlOptions, ChangeOptions, TtlBounds } from './options.ts'
export type { VersionOf } from './fingerprint.ts'
