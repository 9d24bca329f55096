import { type Cache, type CacheOptions, createCache } from '@tiercache/core'
import {
  type FakeRedis,
  type FakeRedisOptions,
  fakeRedis,
  type ManualClock,
  manualClock,
} from '@tiercache/core/testing'
import { onTestFinished } from 'vitest'
import { createWarmer, type Warmer, type WarmerOptions, type WarmingEvents } from '../../src/index.ts'

export interface World {
  readonly clock: ManualClock
  readonly redis: FakeRedis
  /** Another instance, ready. */
  readonly open: (options?: CacheOptions) => Promise<Cache>
  /** A warmer on a cache, which is stopped after the test. */
  readonly warm: (cache: Cache, options?: WarmerOptions) => Warmer
  /** What a promise brings while time passes. */
  readonly pass: <T>(work: Promise<T>, time?: Parameters<ManualClock['advance']>[0]) => Promise<T>
}

/** A stand-in for Redis and a clock of its own for one test. */
export function world(options: FakeRedisOptions = {}): World {
  const clock = manualClock()
  const redis = fakeRedis({ clock, ...options })
  const ends: (() => Promise<void>)[] = []
  const pass: World['pass'] = async (work, time = '1s') => {
    await clock.advance(time)
    return work
  }
  onTestFinished(async () => {
    for (const end of ends.reverse()) await pass(end(), '6s')
  })
  const open = async (more: CacheOptions = {}): Promise<Cache> => {
    const cache = createCache({ redis, clock, random: () => 0, ttl: '1h', ...more })
    cache.on('error', () => {})
    ends.push(() => cache.close())
    await pass(cache.ready(), 100)
    return cache
  }
  const warm = (cache: Cache, more: WarmerOptions = {}): Warmer => {
    const warmer = createWarmer(cache, more)
    ends.push(() => warmer.stop())
    return warmer
  }
  return { clock, redis, open, warm, pass }
}

/** Collects the events of a type. */
export function heard<E extends keyof WarmingEvents>(warmer: Warmer, type: E): WarmingEvents[E][] {
  const events: WarmingEvents[E][] = []
  warmer.on(type, event => events.push(event))
  return events
}

/** A loader that a test answers by hand, key by key. */
export function byHand(): {
  readonly load: (key: unknown) => Promise<string>
  readonly begun: string[]
  readonly answer: (key: string) => void
} {
  const begun: string[] = []
  const waiting = new Map<string, () => void>()
  return {
    load: key =>
      new Promise(resolve => {
        begun.push(String(key))
        waiting.set(String(key), () => resolve(`value of ${String(key)}`))
      }),
    begun,
    answer: key => waiting.get(key)?.(),
  }
}

/** A loader that notes its keys. */
export function noting(): ((key: unknown) => string) & { readonly keys: string[] } {
  const keys: string[] = []
  const load = (key: unknown): string => {
    keys.push(String(key))
    return `value of ${String(key)}`
  }
  return Object.assign(load, { keys })
}
