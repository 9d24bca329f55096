import type { Peer, Setup } from './subject.ts'

/*
 * Other caches, each as its documentation sets it up and as fast as its documentation says it can be. A library is loaded where it is
 * used, in the process of one contender, so that no other pays for it.
 */

const SHARED = 'values are shared with the cache: who changes one changes it for all'
const IDLE = 'a read that is alone waits for the end of the turn'

export const peers: readonly Peer[] = [
  {
    id: 'bentocache',
    title: 'BentoCache',
    tiers: ['memory', 'redis', 'both'],
    open: async setup => (await bentocache()).openBentoCache(setup),
  },
  {
    id: 'bentocache',
    title: 'BentoCache',
    setting: 'serialize: false',
    givesUp: `${SHARED}; with Redis behind it, a value that came from there throws at the next read`,
    tiers: ['memory'],
    open: async setup => (await bentocache()).openBentoCache(setup, { serialize: false }),
  },
  {
    id: 'bentocache',
    title: 'BentoCache',
    setting: 'autopipelining',
    givesUp: IDLE,
    tiers: ['redis'],
    open: async setup => (await bentocache()).openBentoCache(setup, { enableAutoPipelining: true }),
  },
  {
    id: 'cacheable',
    title: 'cacheable',
    tiers: ['memory', 'redis', 'both'],
    open: async setup => (await import('./cacheable.ts')).openCacheable(setup),
  },
  {
    id: 'cacheable',
    title: 'cacheable',
    setting: 'useClone: false',
    givesUp: SHARED,
    tiers: ['memory', 'redis', 'both'],
    open: async setup => (await import('./cacheable.ts')).openCacheable(setup, { useClone: false }),
  },
  {
    id: 'cache-manager',
    title: 'cache-manager',
    tiers: ['memory', 'redis', 'both'],
    open: async setup => (await import('./cache-manager.ts')).openCacheManager(setup),
  },
  {
    id: 'cache-manager',
    title: 'cache-manager',
    setting: 'useClone: false',
    givesUp: SHARED,
    tiers: ['memory', 'both'],
    open: async setup => (await import('./cache-manager.ts')).openCacheManager(setup, { useClone: false }),
  },
  {
    id: 'layered-loader',
    title: 'layered-loader',
    tiers: ['memory', 'redis', 'both'],
    open: async setup => (await import('./layered-loader.ts')).openLayeredLoader(setup),
  },
  {
    id: 'layered-loader',
    title: 'layered-loader',
    setting: 'fifo-object',
    givesUp: 'what was read last is thrown out like anything else',
    tiers: ['memory'],
    open: async setup =>
      (await import('./layered-loader.ts')).openLayeredLoader(setup, { cacheType: 'fifo-object' }),
  },
  {
    id: 'layered-loader',
    title: 'layered-loader',
    setting: 'autopipelining',
    givesUp: IDLE,
    tiers: ['redis'],
    open: async setup =>
      (await import('./layered-loader.ts')).openLayeredLoader(setup, { enableAutoPipelining: true }),
  },
  {
    id: 'async-cache-dedupe',
    title: 'async-cache-dedupe',
    tiers: ['memory', 'redis'],
    open: async setup => (await import('./async-cache-dedupe.ts')).openAsyncCacheDedupe(setup),
  },
  {
    id: 'async-cache-dedupe',
    title: 'async-cache-dedupe',
    setting: 'autopipelining',
    givesUp: IDLE,
    tiers: ['redis'],
    open: async setup =>
      (await import('./async-cache-dedupe.ts')).openAsyncCacheDedupe(setup, { enableAutoPipelining: true }),
  },
  {
    id: 'node-redis',
    title: 'node-redis',
    tiers: ['redis', 'both'],
    open: async setup => (await import('./node-redis.ts')).openNodeRedis(setup),
  },
]

/** Their names on the command line. */
export const peerIds: readonly string[] = [...new Set(peers.map(({ id }) => id))]

/** A peer's name in tables. */
export function nameOf({ title, setting }: Peer): string {
  return setting === undefined ? title : `${title}, ${setting}`
}

function bentocache(): Promise<{
  openBentoCache: (setup: Setup, setting?: object) => ReturnType<Peer['open']>
}> {
  return import('../../peers/bentocache/open.ts')
}
