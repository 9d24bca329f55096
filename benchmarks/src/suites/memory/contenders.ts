import { LRUCache } from 'lru-cache'
import {
  type Contenders,
  type Environment,
  type Figures,
  floor,
  others,
  ours,
  type Prepare,
} from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import type { Peer } from '../../subjects/subject.ts'
import { openTiercache } from '../../subjects/tiercache.ts'

export interface MemoryTask {
  readonly entries: number
}

interface Value {
  readonly id: number
}

type Entries = readonly (readonly [string, Value])[]

type Read = (key: string) => unknown
/** Holds the entries, and gives the value of a key back. */
type Hold = (entries: Entries, environment: Environment) => Read | Promise<Read>

export const ANCHOR = 'lru-cache, max and ttl'

/** What remains in the heap, keys and values aside: they are there before. */
export const contenders: Contenders<MemoryTask, Figures> = {
  Map: floor(held(entries => read(new Map(entries)))),
  [ANCHOR]: floor(
    held(entries =>
      read(filled(new LRUCache<string, Value>({ max: entries.length, ttl: 3_600_000 }), entries)),
    ),
  ),
  tiercache: ours(held(subject({ id: 'tiercache', open: openTiercache }))),
  ...others(
    peer => peer.tiers.includes('memory'),
    peer => held(subject(peer)),
  ),
}

function held(hold: Hold): Prepare<MemoryTask, Figures> {
  return environment =>
    async ({ entries: count }) => {
      const entries = Array.from({ length: count }, (_, id) => [`product:${id}`, { id }] as const)
      for (const [key] of entries) new Map([[key, 0]]) // hashes of keys are kept, too
      const before = heapUsed()
      const from = performance.now()
      const get = await hold(entries, environment)
      const ms = performance.now() - from
      const bytes = (heapUsed() - before) / count
      for (let at = 0; at < count; at += Math.ceil(count / 100)) await check(get, entries[at])
      return { bytes, ns: (ms * 1e6) / count }
    }
}

function heapUsed(): number {
  if (global.gc === undefined) throw new Error('this needs --expose-gc')
  global.gc()
  global.gc()
  const { heapUsed: heap, external } = process.memoryUsage()
  return heap + external
}

async function check(get: Read, entry: Entries[number] | undefined): Promise<void> {
  if (entry === undefined) return
  const value = (await get(entry[0])) as Value | undefined
  if (value?.id !== entry[1].id) throw new Error(`${entry[0]} is not there: it does not hold all entries`)
}

interface Readable {
  get(key: string): Value | undefined
}

function read(map: Readable): Read {
  return key => map.get(key)
}

function filled<M extends { set(key: string, value: Value): unknown }>(map: M, entries: Entries): M {
  for (const [key, value] of entries) map.set(key, value)
  return map
}

function subject(peer: Pick<Peer, 'id' | 'open'>): Hold {
  return async (entries, { redisUrl }) => {
    const cache = await openPeer(peer, { tiers: 'memory', redisUrl, maxEntries: entries.length })
    for (const [key, value] of entries) await cache.set(key, value)
    return key => cache.get(key)
  }
}
