import type { Cache } from '@tiercache/core'

/** One operation as a user calls it. */
export interface Operation {
  readonly name: string
  readonly run: (cache: Cache, id: string) => Promise<unknown>
  /** The keys it is about. */
  readonly keys: (id: string) => string[]
  /** Whether another instance has stored them. */
  readonly inRedis?: boolean
  /** Brings the value into memory. */
  readonly inMemory?: (cache: Cache, id: string) => Promise<unknown>
}

const one = (id: string): string[] => [id]
const ten = (id: string): string[] => Array.from({ length: 10 }, (_, i) => `${id}:${i}`)

/** What is measured, each on keys of its own. */
export const operations: readonly Operation[] = [
  {
    name: 'L1 hit',
    keys: one,
    inMemory: (cache, id) => cache.set(id, 1),
    run: (cache, id) => cache.getOrSet(id, () => 1),
  },
  {
    name: 'L1 hit, tagged',
    keys: one,
    inMemory: (cache, id) => cache.set(id, 1, { tags: ['a', 'b'] }),
    run: (cache, id) => cache.getOrSet(id, () => 1),
  },
  { name: 'L2 hit', keys: one, inRedis: true, run: (cache, id) => cache.get(id) },
  { name: 'L2 hit, 10 keys', keys: ten, inRedis: true, run: (cache, id) => cache.getMany(ten(id)) },
  { name: 'miss', keys: one, run: (cache, id) => cache.get(id) },
  { name: 'miss and load', keys: one, run: (cache, id) => cache.getOrSet(id, () => 1) },
  {
    name: 'miss and load, tagged',
    keys: one,
    run: (cache, id) => cache.getOrSet(id, () => 1, { tags: ['a', 'b'] }),
  },
  {
    name: 'miss and load, 10 keys',
    keys: ten,
    run: (cache, id) => cache.getOrSetMany(ten(id), keys => keys.map(() => 1)),
  },
  { name: 'set', keys: one, run: (cache, id) => cache.set(id, 1) },
  { name: 'set, 10 keys', keys: ten, run: (cache, id) => cache.setMany(ten(id).map(key => [key, 1])) },
  { name: 'delete', keys: one, inRedis: true, run: (cache, id) => cache.delete(id) },
  { name: 'delete, 10 keys', keys: ten, inRedis: true, run: (cache, id) => cache.deleteMany(ten(id)) },
  { name: 'deleteByTag', keys: one, run: (cache, id) => cache.deleteByTag(id) },
  { name: 'deleteByPrefix', keys: one, run: (cache, id) => cache.deleteByPrefix(id) },
  { name: 'clear', keys: one, run: cache => cache.clear() },
]
