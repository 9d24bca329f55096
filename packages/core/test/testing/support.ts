import { onTestFinished } from 'vitest'
import {
  type Cache,
  type CacheEvents,
  type CacheEventType,
  type CacheOptions,
  createCache,
} from '../../src/index.ts'
import {
  type FakeRedis,
  type FakeRedisOptions,
  fakeRedis,
  type ManualClock,
  manualClock,
} from '../../src/testing/index.ts'

export interface World {
  readonly clock: ManualClock
  readonly redis: FakeRedis
  /** Another instance of the one cache, ready. */
  readonly open: (options?: CacheOptions) => Promise<Cache>
}

/** A stand-in and a clock of its own for one test; its caches are closed after it. */
export function world(options: FakeRedisOptions = {}): World {
  const clock = manualClock()
  const redis = fakeRedis({ clock, ...options })
  const caches: Cache[] = []
  onTestFinished(async () => {
    const closing = Promise.all(caches.map(cache => cache.close()))
    await clock.advance('1m')
    await closing
  })
  const open = async (more: CacheOptions = {}): Promise<Cache> => {
    const cache = createCache({ redis, clock, random: () => 0, ...more })
    caches.push(cache)
    const ready = cache.ready()
    await clock.advance(100)
    await ready
    return cache
  }
  return { clock, redis, open }
}

/** A loader that a test answers by hand. */
export interface Row<T> {
  readonly load: () => Promise<T>
  /** Resolves when it was called. */
  readonly asked: Promise<void>
  readonly calls: number
  readonly answer: (value: T) => void
  readonly fail: (error: unknown) => void
}

export function row<T>(): Row<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const asked = Promise.withResolvers<void>()
  let calls = 0
  return {
    load: () => {
      calls++
      asked.resolve()
      return promise
    },
    asked: asked.promise,
    get calls() {
      return calls
    },
    answer: resolve,
    fail: reject,
  }
}

/** A loader of one value that counts its calls. */
export function counted<T>(value: T): (() => T) & { calls: number } {
  const load = (): T => {
    load.calls++
    return value
  }
  load.calls = 0
  return load
}

/** A loader that always throws. */
export function failing(error: Error = new Error('no database')): () => never {
  return () => {
    throw error
  }
}

/** Collects the events of a type. */
export function heard<E extends CacheEventType>(cache: Cache, type: E): CacheEvents[E][] {
  const events: CacheEvents[E][] = []
  cache.on(type, event => events.push(event))
  return events
}

/** Whether a promise has settled by now. */
export async function isSettled(promise: Promise<unknown>, clock: ManualClock): Promise<boolean> {
  let settled = false
  const note = (): void => void (settled = true)
  promise.then(note, note)
  await clock.settle()
  return settled
}
