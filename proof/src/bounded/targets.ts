import type { Cache, Invalidation } from '@tiercache/core'

/** A value that stands in both tiers and is invalidated while Redis is sick: it must not come back. */
export interface Target {
  readonly name: string
  readonly namespace?: string
  readonly key: string
  readonly tags?: readonly string[]
  readonly invalidate: (cache: Cache) => Promise<Invalidation>
}

export const OLD = 'old'
const TAG = 'target'
const SOFT_TAG = 'soft-target'
const STEP = 100

/** One for each way to invalidate. */
export const TARGETS: readonly Target[] = [
  { name: 'delete', key: 'target:delete', invalidate: cache => cache.delete('target:delete') },
  {
    name: 'deleteMany',
    key: 'target:many',
    invalidate: cache => cache.deleteMany(['target:many', 'no:such']),
  },
  { name: 'deleteByTag', key: 'target:tag', tags: [TAG], invalidate: cache => cache.deleteByTag(TAG) },
  {
    name: 'deleteByPrefix',
    key: 'under:target:1',
    invalidate: cache => cache.deleteByPrefix(['under', 'target']),
  },
  {
    name: 'clear',
    namespace: 'cleared',
    key: 'target',
    invalidate: cache => cache.namespace('cleared').clear(),
  },
  { name: 'expire', key: 'target:expire', invalidate: cache => cache.expire('target:expire') },
  {
    name: 'expireByTag',
    key: 'target:soft',
    tags: [SOFT_TAG],
    invalidate: cache => cache.expireByTag(SOFT_TAG),
  },
  { name: 'set', key: 'target:set', invalidate: cache => cache.set('target:set', 'new') },
]

/** Never invalidated: it must still be there, or the look for the others proves nothing. */
export const KEPT: Pick<Target, 'key' | 'namespace'> = { key: 'kept' }

/** Only in Redis, until one is read: to see whether Redis is read from. */
export const BEACONS: readonly string[] = Array.from({ length: 1000 }, (_, i) => `beacon:${i}`)

/** The cache that a target's key belongs to. */
export function home(cache: Cache, { namespace }: Pick<Target, 'namespace'>): Cache {
  return namespace === undefined ? cache : cache.namespace(namespace)
}

/** Writes all of them. Rejects when Redis does not take them. */
export async function seed(cache: Cache): Promise<void> {
  for (const target of TARGETS) {
    await home(cache, target).set(target.key, OLD, { strict: true, tags: target.tags ?? [] })
  }
  await cache.set(KEPT.key, OLD, { strict: true })
  await light(cache)
}

/** Writes the beacons, some at a time so that nobody beside has to wait. Rejects when Redis does not take them. */
export async function light(cache: Cache): Promise<void> {
  for (let from = 0; from < BEACONS.length; from += STEP) {
    const some = BEACONS.slice(from, from + STEP).map(key => [key, 'light'] as const)
    await cache.setMany(some, { strict: true })
  }
}
