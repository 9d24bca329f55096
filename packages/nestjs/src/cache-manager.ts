import { EventEmitter } from 'node:events'
import type { Cache, Duration } from '@tiercache/core'

/** Options of `wrap`, times in ms. */
export interface ManagerWrapOptions<T> {
  readonly ttl?: number | ((value: T) => number)
  /** With less than this left to live, a value is answered and refreshed behind the answer. */
  readonly refreshThreshold?: number | ((value: T) => number)
  /** Give `{ value, expires }`. */
  readonly raw?: boolean
}

/** A value to store. */
export interface ManagerEntry<T> {
  key: string
  value: T
  ttl?: number
}

/** The interface of `cache-manager` 7. Times are in ms; a `ttl` of 0 means as long as possible. */
export interface CacheManager {
  get<T>(key: string): Promise<T | undefined>
  mget<T>(keys: string[]): Promise<(T | undefined)[]>
  /** When the value expires, in ms since 1970. */
  ttl(key: string): Promise<number | undefined>
  set<T>(key: string, value: T, ttl?: number): Promise<T>
  mset<T>(list: ManagerEntry<T>[]): Promise<ManagerEntry<T>[]>
  del(key: string): Promise<boolean>
  mdel(keys: string[]): Promise<boolean>
  clear(): Promise<boolean>
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    ttl?: number | ((value: T) => number),
    refreshThreshold?: number | ((value: T) => number),
  ): Promise<T>
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    options: ManagerWrapOptions<T> & { raw: true },
  ): Promise<{ value: T; expires: number }>
  wrap<T>(key: string, load: () => T | Promise<T>, options: ManagerWrapOptions<T>): Promise<T>
  on(event: string, listener: (...data: never[]) => void): EventEmitter
  off(event: string, listener: (...data: never[]) => void): EventEmitter
  /** Does nothing: the module closes the cache with the application. */
  disconnect(): Promise<undefined>
  cacheId(): string
  readonly stores: never[]
}

const NAMESPACE = 'cache-manager'
/** For who asks for no end. */
const LONGEST: Duration = '3650d'

/**
 * A drop-in for `cache-manager` over a cache, in a namespace of it: what `@Inject(CACHE_MANAGER)` gives. Beyond what it promises, a value is
 * loaded once for all instances that ask for it, and what one of them deletes no other serves.
 */
export function cacheManager(cache: Cache): CacheManager {
  const values = cache.namespace(NAMESPACE, { jitter: 0 })
  const events = new EventEmitter()
  const refreshing = new Set<string>()
  // What listeners throw concerns nobody who reads.
  const tell = (event: string, data?: object): void => void events.emit(event, data)

  async function get<T>(key: string): Promise<T | undefined> {
    const value = await values.get<T>(key)
    tell('get', { key, value })
    return value
  }

  async function set<T>(key: string, value: T, ttl?: number): Promise<T> {
    // There, too, a value that is undefined is found by nobody.
    if (value === undefined) await values.deleteMany([key])
    else await values.set(key, value, lifeOf(ttl))
    tell('set', { key, value })
    return value
  }

  async function mset<T>(list: ManagerEntry<T>[]): Promise<ManagerEntry<T>[]> {
    await Promise.all(list.map(({ key, value, ttl }) => set(key, value, ttl)))
    tell('mset', { list })
    return list
  }

  async function wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    ttlOrOptions?: number | ((value: T) => number) | ManagerWrapOptions<T>,
    threshold?: number | ((value: T) => number),
  ): Promise<unknown> {
    const options =
      typeof ttlOrOptions === 'object' ? ttlOrOptions : { ttl: ttlOrOptions, refreshThreshold: threshold }
    const { ttl, refreshThreshold, raw } = options as ManagerWrapOptions<T>
    const call = typeof ttl === 'function' ? { ttl: (value: T) => durationOf(ttl(value)) } : lifeOf(ttl)
    const entry = await values.getOrSetEntry<T>(key, load, call)
    if (entry === undefined) return raw ? { value: undefined, expires: undefined } : undefined
    const { value, ttlMs, tier } = entry
    const least = typeof refreshThreshold === 'function' ? refreshThreshold(value) : refreshThreshold
    if (tier !== 'load' && least !== undefined && ttlMs < least) refresh(key, load, call)
    return raw ? { value, expires: Date.now() + ttlMs } : value
  }

  function refresh<T>(key: string, load: () => T | Promise<T>, call: object): void {
    if (refreshing.has(key)) return
    refreshing.add(key)
    values
      .getOrSet(key, load, { ...call, fresh: true })
      .then(
        value => tell('refresh', { key, value }),
        (error: unknown) => tell('refresh', { key, error }),
      )
      .finally(() => refreshing.delete(key))
      .catch(() => {})
  }

  return {
    get,
    async mget<T>(keys: string[]) {
      const found = await values.getMany<T>(keys)
      tell('mget', { keys, values: found })
      return found
    },
    async ttl(key) {
      const entry = await values.getEntry(key)
      return entry === undefined || entry.stale ? undefined : Date.now() + entry.ttlMs
    },
    set,
    mset,
    async del(key) {
      await values.deleteMany([key])
      tell('del', { key })
      return true
    },
    async mdel(keys) {
      await values.deleteMany(keys)
      tell('mdel', { keys })
      return true
    },
    async clear() {
      await values.clear()
      tell('clear')
      return true
    },
    wrap: wrap as CacheManager['wrap'],
    on: (event, listener) => events.on(event, listener as () => void),
    off: (event, listener) => events.off(event, listener as () => void),
    disconnect: () => Promise.resolve(undefined),
    cacheId: () => `${cache.name || 'tiercache'}/${NAMESPACE}`,
    stores: [],
  }
}

function lifeOf(ttl: number | undefined): { ttl?: Duration } {
  return ttl === undefined ? {} : { ttl: durationOf(ttl) }
}

function durationOf(ttl: number): Duration {
  return ttl === 0 ? LONGEST : ttl
}
