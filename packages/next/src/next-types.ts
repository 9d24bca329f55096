/*
 * What Next.js 16 asks of its handlers, written down here so that its users' types do not depend on paths inside `next`; the tests
 * hold both against each other.
 */

/** How long after `updateTags` or `revalidateTag` a stale value may still be served, in seconds. */
export interface TagDurations {
  readonly expire?: number
}

/** A cached result of `'use cache'`. Durations are in seconds, `timestamp` in milliseconds since 1970. */
export interface UseCacheEntry {
  value: ReadableStream<Uint8Array>
  tags: string[]
  stale: number
  timestamp: number
  expire: number
  revalidate: number
}

/** A handler for `cacheHandlers` in `next.config`. No method rejects. */
export interface UseCacheHandler {
  get(cacheKey: string, softTags: string[]): Promise<UseCacheEntry | undefined>
  set(cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void>
  refreshTags(): Promise<void>
  getExpiration(tags: string[]): Promise<number>
  updateTags(tags: string[], durations?: TagDurations): Promise<void>
}

/** What a value of the older handler is: `APP_PAGE`, `APP_ROUTE`, `PAGES`, `FETCH`, `IMAGE` or `REDIRECT`, with fields of its kind. */
export interface IncrementalValue {
  readonly kind: string
  readonly headers?: Readonly<Record<string, unknown>> | undefined
  readonly tags?: readonly string[]
}

/** For how long a page is fresh and may be served, in seconds. */
export interface PageLife {
  readonly revalidate: number | false
  readonly expire: number | undefined
}

/** What the older handler answers; a negative `lastModified` marks a fetch as stale. */
export interface IncrementalEntry {
  readonly value: IncrementalValue | null
  readonly lastModified: number
  readonly cacheControl?: PageLife
}

/** What Next.js says beside the key of a read. */
export interface IncrementalGetContext {
  readonly kind: string
  readonly tags?: readonly string[]
  readonly softTags?: readonly string[]
}

/** What Next.js says beside a value it wants stored. */
export interface IncrementalSetContext {
  readonly fetchCache?: boolean
  readonly kind?: string
  readonly tags?: readonly string[]
  readonly cacheControl?: PageLife
}

/** What Next.js gives the constructor of the older handler. It makes one for each request. */
export interface IncrementalContext {
  readonly dev?: boolean
  readonly fs?: unknown
  readonly serverDistDir?: string
}

/** A handler for `cacheHandler` in `next.config`. */
export interface IncrementalCacheHandler {
  get(cacheKey: string, context: IncrementalGetContext): Promise<IncrementalEntry | null>
  set(cacheKey: string, data: IncrementalValue | null, context: IncrementalSetContext): Promise<void>
  revalidateTag(tags: string | readonly string[], durations?: TagDurations): Promise<void>
  resetRequestCache(): void
}
