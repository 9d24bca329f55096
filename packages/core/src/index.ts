export { createCache } from './create-cache.ts'
export { Cache } from './cache.ts'
export { fromEnv } from './from-env.ts'
export { CacheError } from './errors.ts'
export { hashUnder } from './memory/hash.ts'
export { msgpack } from './codec/msgpack.ts'
export { json } from './codec/json.ts'
export { raw } from './codec/raw.ts'
export { Cached, Invalidates } from './decorators.ts'
export { instrument } from './telemetry.ts'
export { encryption } from './codec/encryption.ts'
export { integrity } from './codec/integrity.ts'
export type { BreakerSettings, CacheOptions } from './options.ts'
export type { MemoryOptions, ResizeOptions } from './memory-options.ts'
export type { Advice, AdvisedSize } from './memory/advisor/advice.ts'
export type { Eviction } from './memory/create-tier.ts'
export type { CacheMemory } from './cache-memory.ts'
export type { Limits } from './memory/tier.ts'
export type { BulkValues, EntryView, Loader, SetOptions } from './cache.ts'
export type {
  CallOptions,
  LifeOptions,
  LoadTimeouts,
  PreviousValue,
  TierTtl,
  Ttl,
  TtlContext,
  TtlDecision,
  TtlExplanation,
  TtlPolicy,
  WriteOptions,
} from './policy.ts'
export type { ByteSize, Duration } from './duration.ts'
export type { CacheErrorCode } from './errors.ts'
export type { CacheEvents, CacheEventType, CacheListener, Tier } from './events.ts'
export type { Codec } from './codec/codec.ts'
export type { Composed, ComposeOptions, Composition, IdentityOf, PartOptions, ValuesOf } from './compose.ts'
export type { Encryption } from './codec/encryption.ts'
export type { Integrity } from './codec/integrity.ts'
export type { KeyOptions } from './codec/keys.ts'
export type { Explanation, TierView } from './explain.ts'
export type { Health } from './health.ts'
export type { HotKey } from './hydrate.ts'
export type { Invalidation } from './writer.ts'
export type { Key, KeyPart } from './key.ts'
export type { Latency, Stats } from './stats.ts'
export type { LoadContext } from './load-context.ts'
export type { LogSink } from './log.ts'
export type { RedisClusterTarget, RedisServerOptions, RedisTarget } from './redis/connect.ts'
export type { Resource, ResourceOptions, StandardSchema } from './resource.ts'
export type { Rule, RuleTargets } from './rules.ts'
export type { TraceOptions, TraceRecording, TraceSummary } from './trace.ts'
export type { TypeLifeOptions, TypeOptions, TypePolicy } from './policies.ts'
export type { WrapOptions, Wrapped } from './wrap.ts'
export type { CacheSource, InvalidatesOptions } from './decorators.ts'
export type { MeterLike, TracerLike } from './telemetry.ts'
export type { Clock } from './clock.ts'
export type { DriverOptions, StoreDriver } from './driver.ts'
