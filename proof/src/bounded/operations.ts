import { setTimeout as wait } from 'node:timers/promises'
import type { Cache } from '@tiercache/core'

export const DEADLINE_MS = 150
const CONNECT_MS = 2000
const HEALTH_MS = 30
/** How long a load takes, where one is needed. */
export const LOADER_MS = 5

/** What an operation may wait for. */
export type Kind = 'memory' | 'read' | 'load' | 'write' | 'bulk' | 'health' | 'idle' | 'ready'

/**
 * How long an operation of a kind may take, whatever Redis does: a read one look-up; a load a look-up, a lease and the loader; a write
 * one script; a bulk one for every 500 keys; `idle` what is behind an answer, a load and then a fill.
 */
export const BUDGETS_MS: Readonly<Record<Kind, number>> = {
  memory: 0,
  read: DEADLINE_MS,
  load: 2 * DEADLINE_MS + LOADER_MS,
  write: DEADLINE_MS,
  bulk: 4 * DEADLINE_MS,
  health: HEALTH_MS,
  idle: 4 * DEADLINE_MS + LOADER_MS,
  ready: CONNECT_MS,
}

/** One operation of the cache. What it answers with is checked where it is known. */
export interface Operation {
  readonly name: string
  readonly kind: Kind
  /** `n` is another number each time: what must not be in memory has it in its key. */
  readonly run: (cache: Cache, n: number) => unknown
  readonly expects?: (answer: unknown) => boolean
}

const load = async (): Promise<string> => {
  await wait(LOADER_MS)
  return 'loaded'
}
const loadNumber = async (n: number): Promise<string> => (Number.isFinite(n) ? load() : 'no number')
const isLoaded = (answer: unknown): boolean => answer === 'loaded'
const MANY = Array.from({ length: 20 }, (_, i) => i)

/** Under it are values that are stale, with a long grace. */
export const STALE_KEY = 'stale'

export const OPERATIONS: readonly Operation[] = [
  { name: 'getSync', kind: 'memory', run: (cache, n) => cache.getSync(`absent:${n}`) },
  { name: 'stats', kind: 'memory', run: cache => cache.stats() },
  { name: 'get', kind: 'read', run: (cache, n) => cache.get(`absent:${n}`), expects: isNothing },
  {
    name: 'getEntry',
    kind: 'read',
    run: (cache, n) => cache.getEntry(`absent:entry:${n}`),
    expects: isNothing,
  },
  { name: 'has', kind: 'read', run: (cache, n) => cache.has(`absent:has:${n}`), expects: is => is === false },
  {
    name: 'getMany',
    kind: 'read',
    run: (cache, n) => cache.getMany(MANY.map(i => ['absent', 'many', n, i])),
    expects: values => Array.isArray(values) && values.every(isNothing),
  },
  { name: 'explain', kind: 'read', run: (cache, n) => cache.explain(`absent:${n}`) },
  { name: 'getOrSet', kind: 'load', run: (cache, n) => cache.getOrSet(`load:${n}`, load), expects: isLoaded },
  {
    name: 'getOrSet, fresh',
    kind: 'load',
    run: (cache, n) => cache.getOrSet(`fresh:${n}`, load, { fresh: true }),
    expects: isLoaded,
  },
  {
    name: 'getOrSet, grace',
    kind: 'load',
    run: (cache, n) => cache.getOrSet(`grace:${n}`, load, { grace: '1h' }),
    expects: isLoaded,
  },
  {
    name: 'getOrSet, swr',
    kind: 'load',
    run: cache => cache.getOrSet([STALE_KEY, 'swr'], load, { ttl: 100, grace: '1h', swr: true }),
    expects: answer => answer === 'old' || answer === 'loaded',
  },
  {
    name: 'getOrSetMany',
    kind: 'load',
    run: (cache, n) =>
      cache.getOrSetMany(
        MANY.map(i => ['load', 'many', n, i]),
        async keys => {
          await wait(LOADER_MS)
          return keys.map(() => 'loaded')
        },
      ),
    expects: values => Array.isArray(values) && values.every(isLoaded),
  },
  {
    name: 'wrap',
    kind: 'load',
    run: (cache, n) => cache.wrap(loadNumber, { name: 'wrapped' })(n),
    expects: isLoaded,
  },
  { name: 'set', kind: 'write', run: (cache, n) => cache.set(`set:${n}`, 'set') },
  {
    name: 'setMany',
    kind: 'write',
    run: (cache, n) => cache.setMany(MANY.map(i => [['set', 'many', n, i], 'set'] as const)),
  },
  {
    name: 'setMany, 1 000 keys',
    kind: 'bulk',
    run: cache => cache.setMany(Array.from({ length: 1000 }, (_, i) => [['bulk', i], i] as const)),
  },
  { name: 'delete', kind: 'write', run: (cache, n) => cache.delete(`set:${n}`) },
  {
    name: 'deleteMany, 2 000 keys',
    kind: 'bulk',
    run: cache => cache.deleteMany(Array.from({ length: 2000 }, (_, i) => ['bulk', i])),
  },
  { name: 'expire', kind: 'write', run: (cache, n) => cache.expire(`set:${n}`) },
  { name: 'deleteByTag', kind: 'write', run: (cache, n) => cache.deleteByTag(`tag:${n}`) },
  { name: 'deleteByPrefix', kind: 'write', run: (cache, n) => cache.deleteByPrefix(['set', n]) },
  { name: 'clear', kind: 'write', run: cache => cache.namespace('nobody').clear() },
  { name: 'health', kind: 'health', run: cache => cache.health() },
  { name: 'ready', kind: 'ready', run: cache => cache.ready() },
]

function isNothing(answer: unknown): boolean {
  return answer === undefined
}
