import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { type Cache, type CacheOptions, createCache } from '../../../src/index.ts'
import { until } from './until.ts'

/** A namespace nobody else uses: the tests share a server. */
export function space(): string {
  return `t${randomBytes(6).toString('hex')}`
}

/** A cache that is connected and follows its log. Use it with `await using`. */
export async function open(options: CacheOptions): Promise<Cache> {
  const cache = createCache(options)
  await cache.ready()
  return cache
}

/** Resolves when an instance has the value in memory. A read that meets the news of the write answers, but keeps nothing. */
export async function remembers(cache: Cache, key: string, value: unknown, withinMs?: number): Promise<void> {
  const holds = async (): Promise<boolean> => {
    await cache.get(key)
    return cache.getSync(key) === value
  }
  await until(`${key} is in memory`, holds, withinMs)
}

/** A client of the test's own, to look at Redis and to do it harm. */
export function control(url: string, db: number = 0): Redis & AsyncDisposable {
  const redis = new Redis(url, { db, retryStrategy: () => 20 })
  redis.on('error', () => {})
  return Object.assign(redis, {
    [Symbol.asyncDispose]: (): Promise<void> => {
      redis.disconnect()
      return Promise.resolve()
    },
  })
}

/** Everything a cache says about trouble, from now on. */
export function errorsOf(cache: Cache): { operation: string; error: unknown; key?: string }[] {
  const errors: { operation: string; error: unknown; key?: string }[] = []
  cache.on('error', event => errors.push(event))
  return errors
}

/** Redis keys of a cache with one log. */
export function keysOf(namespace: string): { meta: string; log: string; value: (id: string) => string } {
  return {
    meta: `{${namespace}:0}:m`,
    log: `{${namespace}:0}:l`,
    value: id => `{${namespace}:0}:v:${id}`,
  }
}

/** What an instance with nothing in memory finds in Redis. */
export async function coldGet(options: CacheOptions, key: string): Promise<unknown> {
  await using cold = await open({ ...options, memory: false })
  return await cold.get(key)
}
