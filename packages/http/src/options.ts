import type { Duration, ByteSize, Key, TtlPolicy } from '@tiercache/core'
import type { HeaderMap } from './headers.ts'
import type { HttpClock } from './time.ts'

/** A complete response, as `tags` and policies are shown it. */
export interface ResponseView {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: Buffer
}

/**
 * A policy that decides how long each response is fresh, and learns from what became of the one before. Those of `@tiercache/adaptive-ttl`
 * are such. It is told a `version` of the response, its status and ETag, without one a hash of its body. What it throws keeps
 * the response from being stored.
 */
export interface ResponsePolicy {
  readonly policy: TtlPolicy<ResponseView>
}

/** Turns a body into what is stored and back, such as `{ serialize: gzipSync, deserialize: gunzipSync }`. */
export interface BodySerializer {
  serialize(body: Buffer): Buffer
  deserialize(stored: Buffer): Buffer
}

/** How a request field takes part in the key: the values that matter, best first, or a function that names the variant. */
export type VaryRule = readonly string[] | ((value: string | undefined) => string)

/** How the responses of a route are cached. `Req` is the framework's own request, as functions here are given it. */
export interface ResponseCacheOptions<Req = unknown> {
  /** Groups responses: `invalidates({ namespaces })` and `cache.namespace(name).clear()` drop them together. Default `'http'`. */
  readonly namespace?: string
  /**
   * How long a response is fresh, unless its own headers say less; a policy that decides it, such as `adaptiveTtl()`; or a function of
   * the request, which gives either. `'headers'`: the response's headers alone decide, and all of RFC 9111 for shared caches applies.
   * Default `'5m'`.
   */
  readonly ttl?:
    | Duration
    | 'headers'
    | ResponsePolicy
    | ((request: Req) => Duration | ResponsePolicy | TtlPolicy<ResponseView>)
  /** How long 404 and 410 are fresh at most. Default `'30s'`. */
  readonly negativeTtl?: Duration
  /** How long past its ttl a response is still answered while it is refreshed behind the answer (RFC 5861). Default 0. */
  readonly swr?: Duration
  /** How long past its ttl a response stands in for a handler that fails with a status from 500 up (RFC 5861). Default 0. */
  readonly staleIfError?: Duration
  /**
   * With `ttl: 'headers'`: how long a response with a validator is kept past its ttl to be revalidated. With a policy: how long it is kept
   * past its ttl, so that what was learnt of it is found again. Default `'1h'`.
   */
  readonly keep?: Duration
  /** With `ttl: 'headers'`: the share of its age since `Last-Modified` that a response without lifetime is fresh (§4.2.2), at most a day. Default 0: off. */
  readonly heuristic?: number
  /**
   * One response per user: `true` for the user the framework knows, or a function that names the user. `undefined` from it: nobody, who
   * is answered as a request without credentials or, having some, past the cache. Default `false`.
   */
  readonly byUser?: boolean | ((request: Req) => string | number | undefined)
  /**
   * `true`, the default with `byUser`: sent with `Cache-Control: private`, and a response its handler marks `private` is kept for its user.
   * `false`: nobody's own; credentials are hidden from the handler and do not keep a request from the cache. Undefined: a request with
   * credentials goes past the cache, unless the response says `public`.
   */
  readonly private?: boolean
  /** The query parameters that matter; the handler sees no others. Default: all of them. */
  readonly varyQuery?: readonly string[]
  /** The request fields the handler may read. A `Vary` that names another one keeps a response from being stored. Default: none. */
  readonly varyHeaders?: readonly string[] | Readonly<Record<string, VaryRule>>
  /** Fields the handler may read although they are not part of the key, because the response never depends on them: `['x-request-id']`. */
  readonly unkeyedHeaders?: readonly string[]
  /** Hosts that are served from the cache. Default: any, each with responses of its own. */
  readonly hosts?: readonly string[]
  /** Replaces host, path and query in the key. The handler sees the request's query as it is. */
  readonly key?: (request: Req) => Key
  /** Go past the cache, neither answering from it nor storing: `req => req.user?.role === 'admin'`. */
  readonly skip?: (request: Req) => boolean
  /** What the response depends on, for `deleteByTag`. */
  readonly tags?: readonly string[] | ((request: Req, response: ResponseView) => readonly string[])
  /** Statuses that may be stored. Default 200, 203, 301, 308, 404 and 410. With `ttl: 'headers'` also 300, 302, 307, 405 and 414. */
  readonly statuses?: readonly number[]
  /** The largest body that is stored. Default `'1mb'`. */
  readonly maxBodyBytes?: ByteSize
  /** Whether `Cache-Control` and `Pragma` of requests are obeyed (RFC 9111 §5.2.1). Default `true`. */
  readonly requestDirectives?: boolean
  /** Whether answers carry `X-Cache…` and `Cache-Status`. Default: only where `NODE_ENV` is not `production`. */
  readonly headers?: boolean
  /** How bodies are stored. Default: as they are. */
  readonly serializer?: BodySerializer
  /** How long a request waits for another that has the same response made; then it has its own made. Default `'10s'`. */
  readonly wait?: Duration
  /** Time, for tests. */
  readonly clock?: HttpClock
}

/** The names of `ResponseCacheOptions`. */
export const OPTION_NAMES: readonly (keyof ResponseCacheOptions)[] = [
  'namespace',
  'ttl',
  'negativeTtl',
  'swr',
  'staleIfError',
  'keep',
  'heuristic',
  'byUser',
  'private',
  'varyQuery',
  'varyHeaders',
  'unkeyedHeaders',
  'hosts',
  'key',
  'skip',
  'tags',
  'statuses',
  'maxBodyBytes',
  'requestDirectives',
  'headers',
  'serializer',
  'wait',
  'clock',
]
