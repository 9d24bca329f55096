import { randomBytes } from 'node:crypto'
import type { Cache } from '../../cache.ts'
import type { CacheOptions } from '../../options.ts'
import type { TestFunction } from './store-world.ts'

/**
 * Makes a cache from the options a test needs, with whatever tiers are under test put in. Options with the same `namespace`
 * make instances of one cache.
 */
export type CacheMaker = (options: CacheOptions & { readonly namespace: string }) => Cache

/** A test with a cache that is ready, and is closed after it. */
export type CacheTest = (
  name: string,
  run: (cache: Cache, open: (options?: CacheOptions) => Promise<Cache>) => Promise<void>,
  options?: CacheOptions,
) => void

export function cacheTest(test: TestFunction, make: CacheMaker): CacheTest {
  return (name, run, options = {}) => {
    test(name, async () => {
      const namespace = `conformance-${randomBytes(6).toString('hex')}`
      const caches: Cache[] = []
      const open = async (more: CacheOptions = {}): Promise<Cache> => {
        const cache = make({ ...options, ...more, namespace })
        caches.push(cache)
        await cache.ready()
        return cache
      }
      try {
        await run(await open(), open)
      } finally {
        await Promise.all(caches.map(cache => cache.close()))
      }
    })
  }
}

/** A loader that counts how often it was called. */
export function counted<T>(value: T): (() => Promise<T>) & { calls: number } {
  const load = async (): Promise<T> => {
    load.calls++
    return value
  }
  load.calls = 0
  return load
}
