export { responseCache, ResponseCache } from './response-cache.ts'
export { serveNode } from './node/serve-node.ts'
export { observeNode } from './node/observe-node.ts'
export { userOf, viewOfNode } from './node/node-view.ts'
export { serveFetch } from './fetch/serve-fetch.ts'
export { tap } from './fetch/tap.ts'
export { viewOfFetch } from './fetch/fetch-view.ts'
export { invalidator } from './invalidates.ts'
export { keyOfUrl } from './response-key.ts'
export { noteOutcomes, outcomeOf } from './report.ts'
export { ownFields, snapshotOf, withVary } from './own-fields.ts'
export { showOnly } from './node/node-request.ts'
export { tapped } from './node/tapped.ts'
export { adminEndpoint } from './endpoints/admin.ts'
export { healthEndpoint } from './endpoints/health.ts'
export { statsEndpoint } from './endpoints/stats.ts'
export { answerNode } from './endpoints/answer-node.ts'
export { responseTimes } from './timing/response-times.ts'
export { cachedProxy } from './proxy.ts'
export { createUndiciStore } from './undici-store.ts'
export type { AdminOptions } from './endpoints/admin.ts'
export type { Endpoint, EndpointAnswer, EndpointRequest } from './endpoints/endpoint.ts'
export type { HealthOptions } from './endpoints/health.ts'
export type { StatsOptions } from './endpoints/stats.ts'
export type { ResponseTimes, TimedExchange, TimingOptions } from './timing/response-times.ts'
export type { RouteTiming, TimingStats } from './timing/route-times.ts'
export type { Capture, HeadStep, Lookup } from './capture.ts'
export type { HeaderMap } from './headers.ts'
export type { Reply } from './reply.ts'
export type { ResponseFields } from './own-fields.ts'
export type { CacheOutcome, Outcome } from './report.ts'
export type { Exposed, RequestView } from './request-view.ts'
export type { NodeViewOptions } from './node/node-view.ts'
export type { FetchViewOptions } from './fetch/fetch-view.ts'
export type {
  BodySerializer,
  ResponseCacheOptions,
  ResponsePolicy,
  ResponseView,
  VaryRule,
} from './options.ts'
export type { InvalidatesOptions, Invalidator, WriteOutcome } from './invalidates.ts'
export type { ProxyOptions } from './proxy.ts'
export type {
  UndiciCacheKey,
  UndiciCacheStore,
  UndiciCacheValue,
  UndiciStoreOptions,
} from './undici-store.ts'
export type { HttpClock } from './time.ts'
