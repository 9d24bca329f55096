import { Writable } from 'node:stream'
import type { Cache } from '@tiercache/core'
import { checkNames, parseBytes } from '@tiercache/core/options'
import { digestOf, keyOf } from './response-key.ts'
import { type HttpClock, LONGEST_MS, systemTime } from './time.ts'
import { Variants } from './variant.ts'

/** The request of a stored response, as undici names it. */
export interface UndiciCacheKey {
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | string[]>>
}

/** A response without its body, as undici describes it. Times in ms since 1970. */
export interface UndiciCacheValue {
  readonly statusCode: number
  readonly statusMessage: string
  readonly headers: Record<string, string | string[]>
  readonly vary?: Record<string, string | string[] | null>
  readonly etag?: string
  readonly cacheControlDirectives?: object
  readonly cachedAt: number
  readonly staleAt: number
  readonly deleteAt: number
}

type Found = Omit<UndiciCacheValue, 'cacheControlDirectives'> & {
  readonly cacheControlDirectives: object
  readonly body: Buffer
}

/** What `interceptors.cache({ store })` of undici 7 and later takes. */
export interface UndiciCacheStore {
  get(key: UndiciCacheKey): Promise<Found | undefined>
  createWriteStream(key: UndiciCacheKey, value: UndiciCacheValue): Writable
  delete(key: UndiciCacheKey): Promise<void>
}

/** Options of the store. */
export interface UndiciStoreOptions {
  /** Default `'fetch'`. */
  readonly namespace?: string
  /** The largest body that is stored. Default `'5mb'`. */
  readonly maxBodyBytes?: number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`
  /** Time, for tests. */
  readonly clock?: HttpClock
}

/**
 * Keeps the responses of outgoing requests in a cache, so that all instances share them:
 * `new Agent().compose(interceptors.cache({ store: createUndiciStore(cache) }))`. What may be stored and reused, undici decides. A cache in
 * trouble finds nothing and keeps nothing; no request fails of it. Of one URL it holds the variant that came first and 16 more.
 */
export function createUndiciStore(cache: Cache, options: UndiciStoreOptions = {}): UndiciCacheStore {
  checkNames(options, ['namespace', 'maxBodyBytes', 'clock'], 'createUndiciStore')
  const responses = cache.namespace(options.namespace ?? 'fetch')
  const maxBytes = parseBytes(options.maxBodyBytes ?? '5mb', 'createUndiciStore.maxBodyBytes')
  const clock = options.clock ?? systemTime
  const variants = new Variants()
  const find = async (id: string, key: UndiciCacheKey): Promise<Found | 'other' | undefined> => {
    const found = await responses.get<Found>(id)
    if (!isFound(found) || found.deleteAt <= clock.wall()) return undefined
    return matches(found.vary, key) ? found : 'other'
  }
  const store = async (key: UndiciCacheKey, value: UndiciCacheValue, body: Buffer): Promise<void> => {
    const ttl = Math.min(Math.round(value.deleteAt - clock.wall()), LONGEST_MS)
    if (ttl < 1) return
    const first = await find(primaryOf(key), key)
    const id = first === 'other' ? variantOf(key, value.vary) : primaryOf(key)
    if (first === 'other' && !variants.admits(primaryOf(key), id)) return
    await responses.set(id, { ...value, body }, { ttl, jitter: 0, tags: [tagOf(responses.name, key)] })
  }
  return {
    async get(key) {
      const first = await responses.get<Found>(primaryOf(key)).catch(() => undefined)
      if (!isFound(first)) return undefined
      const found = matches(first.vary, key) ? first : await find(variantOf(key, first.vary), key)
      return found === undefined || found === 'other' || found.deleteAt <= clock.wall() ? undefined : found
    },
    createWriteStream: (key, value) => collecting(maxBytes, body => store(key, value, body)),
    delete: async key => {
      await responses.deleteByTag(tagOf(responses.name, key))
    },
  }
}

function collecting(maxBytes: number, keep: (body: Buffer) => Promise<void>): Writable {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Writable({
    write(chunk: Buffer | string, encoding, done) {
      const buffer = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk)
      bytes += buffer.length
      if (bytes <= maxBytes) chunks.push(buffer)
      done()
    },
    final(done) {
      if (bytes > maxBytes) return done()
      // Why it could not be kept is an event of the cache.
      void keep(Buffer.concat(chunks))
        .catch(() => {})
        .finally(done)
    },
  })
}

function primaryOf({ origin, path, method }: UndiciCacheKey): string {
  return keyOf([origin, path, method])
}

function variantOf(key: UndiciCacheKey, vary: UndiciCacheValue['vary'] = {}): string {
  const selecting = Object.keys(vary)
    .toSorted()
    .map(name => [name, key.headers?.[name] ?? null])
  return `${primaryOf(key)}:v=${digestOf(JSON.stringify(selecting))}`
}

function tagOf(namespace: string, { origin, path }: UndiciCacheKey): string {
  return `fetch:${digestOf(JSON.stringify([namespace, origin, path]))}`
}

function matches(vary: UndiciCacheValue['vary'] = {}, { headers = {} }: UndiciCacheKey): boolean {
  return Object.entries(vary).every(([name, value]) => String(headers[name] ?? null) === String(value))
}

function isFound(value: Found | undefined): value is Found {
  return (
    typeof value === 'object' &&
    value.body instanceof Uint8Array &&
    typeof value.deleteAt === 'number' &&
    Number.isInteger(value.statusCode) &&
    typeof value.headers === 'object'
  )
}
