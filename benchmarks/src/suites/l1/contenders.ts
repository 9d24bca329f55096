import { type Cache, type CacheOptions, createCache, type Key } from '@tiercache/core'
import { LRUCache } from 'lru-cache'
import { committed, keysOf, shuffled } from '../../data.ts'
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
import type { Peer, Subject } from '../../subjects/subject.ts'
import { type L1Task, READS, timed } from './time.ts'

/*
 * One loop per kind of read, made anew in each process, so that what it calls is the only thing it ever called. Every
 * value is looked into, and a read that finds nothing fails the round.
 */

interface Value {
  readonly id: number
  readonly name: string
  readonly isLamp: boolean
}

type L1 = Prepare<L1Task, Figures>

const KEYS = 10_000
/** Reads per call of the inner loop: short calls are compiled as a service's functions are, a loop that never ends is not. */
const AT_ONCE = 512
/** Reads per batch of those that take long. */
const FEWER = 4096

export const synchronous: Contenders<L1Task, Figures> = {
  'Map.get': floor(sync(() => plainMap())),
  'lru-cache get, ttl': floor(sync(() => lru({ max: 2 * KEYS, ttl: 3_600_000 }))),
  'lru-cache get, no ttl': floor(sync(() => lru({ max: 2 * KEYS }))),
  getSync: ours(sync(() => filled().then(getSync))),
  'getSync, Redis attached': ours(sync(({ redisUrl }) => filled({ redis: redisUrl }).then(getSync))),
  'getSync, tags': ours(sync(() => tagged().then(getSync))),
  'getSync, one hit listener': ours(sync(() => heard().then(getSync))),
  'getSync, child namespace': ours(sync(() => child().then(getSync))),
  'getSync, structured key': ours(sync(() => filled().then(getSync), parts)),
  ...others(
    peer => peer.id === 'layered-loader' && peer.tiers.includes('memory'),
    peer => sync(environment => held(peer, environment).then(({ getSync: read }) => read as Read<Value>)),
  ),
}

const awaits: Contenders<L1Task, Figures> = {
  'await a value of a Map': floor(awaited(() => plainMap())),
  'await lru-cache get, ttl': floor(awaited(() => lru({ max: 2 * KEYS, ttl: 3_600_000 }))),
  getOrSet: ours(awaited(() => filled().then(getOrSet))),
  'getOrSet, Redis attached': ours(awaited(({ redisUrl }) => filled({ redis: redisUrl }).then(getOrSet))),
  'getOrSet, tags': ours(awaited(() => tagged().then(getOrSet))),
  'getOrSet, one hit listener': ours(awaited(() => heard().then(getOrSet))),
  'getOrSet, child namespace': ours(awaited(() => child().then(getOrSet))),
  'getOrSet, structured key': ours(awaited(() => filled().then(getOrSet), parts)),
  get: ours(awaited(() => filled().then(get))),
}

/** The other caches, awaited. Those that copy on a hit take a thousand times as long as a `Map`, so they read less. */
const awaitedPeers: Contenders<L1Task, Figures> = others(
  peer => peer.tiers.includes('memory') || peer.id === 'node-redis',
  peer =>
    awaited(
      environment => held(peer, environment).then(({ getOrSet: read }) => read as Read<Promise<Value>>),
      key => key,
      FEWER,
    ),
)

export const awaitedOnes: Contenders<L1Task, Figures> = { ...awaits, ...awaitedPeers }

const AWAITED = ', awaited'

/** A peer may be in both: a name of its own tells which. */
export const contenders: Contenders<L1Task, Figures> = {
  ...synchronous,
  ...Object.fromEntries(Object.entries(awaitedOnes).map(([name, one]) => [nameAwaited(name), one])),
}

/** The name of an awaited one in `contenders`. */
function nameAwaited(name: string): string {
  return name in synchronous ? `${name}${AWAITED}` : name
}

/** The name in tables of one of `contenders`; undefined for those that are not awaited. */
export function awaitedName(name: string): string | undefined {
  if (name.endsWith(AWAITED)) return name.slice(0, -AWAITED.length)
  return name in synchronous ? undefined : name
}

/** What each kind is compared with. */
export const SYNC_ANCHOR = 'lru-cache get, ttl'
export const AWAITED_ANCHOR = 'await a value of a Map'

type Read<R> = (key: Key) => R
type Make<R> = (environment: Environment) => Promise<Read<R>>

function sync(make: Make<Value | undefined>, keyOf: (key: string) => Key = key => key): L1 {
  return async environment => {
    const read = await make(environment)
    const keys = order(keyOf)
    const readSome = (from: number, to: number): number => {
      let found = 0
      for (let i = from; i < to; i++) if (read(keys[i] ?? '')?.isLamp === false) found++
      return found
    }
    return timed(() => {
      let found = 0
      for (let from = 0; from < READS; from += AT_ONCE) found += readSome(from, from + AT_ONCE)
      return found
    })
  }
}

function awaited(
  make: Make<Value | undefined | Promise<Value | undefined>>,
  keyOf: (key: string) => Key = key => key,
  reads: number = READS,
): L1 {
  return async environment => {
    const read = await make(environment)
    const keys = order(keyOf)
    const readSome = async (from: number, to: number): Promise<number> => {
      let found = 0
      for (let i = from; i < to; i++) if ((await read(keys[i] ?? ''))?.isLamp === false) found++
      return found
    }
    return timed(async () => {
      let found = 0
      for (let from = 0; from < reads; from += AT_ONCE) found += await readSome(from, from + AT_ONCE)
      return found
    }, reads)
  }
}

function order(keyOf: (key: string) => Key): Key[] {
  const keys = keysOf(KEYS).map(keyOf)
  return shuffled(KEYS, READS).flatMap(at => keys.slice(at, at + 1))
}

function parts(key: string): Key {
  const [type = '', id] = key.split(':')
  return [type, Number(id)]
}

function values(): [string, Value][] {
  return keysOf(KEYS).map((key, id) => [key, { id, name: key, isLamp: false }])
}

async function plainMap(): Promise<Read<Value | undefined>> {
  const map = new Map<Key, Value>(values())
  return key => map.get(key)
}

async function lru(options: { max: number; ttl?: number }): Promise<Read<Value | undefined>> {
  const cache = new LRUCache<Key, Value>({ ...options, ttl: options.ttl ?? 0 })
  for (const [key, value] of values()) cache.set(key, value)
  return key => cache.get(key)
}

/** The deadline is long since a batch of reads blocks the event loop, on a busy machine for longer than a service may. */
async function filled(options: CacheOptions = {}): Promise<Cache> {
  const cache = createCache({
    memory: { maxEntries: 2 * KEYS },
    namespace: `l1-${process.pid}`,
    ttl: '1h',
    timeouts: { redis: '5s' },
    maxStaleness: '10s',
    ...options,
  })
  await cache.ready()
  await fill(cache)
  return cache
}

/** In parts: one call stores its values in one step, which must end within the deadline of Redis. */
async function fill(cache: Cache): Promise<void> {
  const all = values()
  for (let from = 0; from < all.length; from += 200)
    await committed(() => cache.setMany(all.slice(from, from + 200)))
}

/** Another cache with all values in memory. */
async function held(peer: Peer, { redisUrl }: Environment): Promise<Subject> {
  const tiers = peer.tiers.includes('memory') ? 'memory' : 'both'
  const cache = await openPeer(peer, { tiers, redisUrl, maxEntries: 2 * KEYS, load: fail })
  for (const [key, value] of values()) await cache.set(key, value)
  for (const [key] of values()) await cache.get(key)
  return cache
}

async function tagged(): Promise<Cache> {
  const cache = await filled()
  for (const [key, value] of values())
    await committed(() => cache.set(key, value, { tags: ['catalog', `shelf:${value.id % 100}`] }))
  return cache
}

async function heard(): Promise<Cache> {
  const cache = await filled()
  let hits = 0
  cache.on('hit', event => {
    if (event.tier === 'memory') hits++
  })
  process.once('exit', () => {
    if (hits === 0) throw new Error('the listener heard nothing')
  })
  return cache
}

async function child(): Promise<Cache> {
  const cache = (await filled()).namespace('shop')
  await fill(cache)
  return cache
}

function getSync(cache: Cache): Read<Value | undefined> {
  return key => cache.getSync<Value>(key)
}

function get(cache: Cache): Read<Promise<Value | undefined>> {
  return key => cache.get<Value>(key)
}

function getOrSet(cache: Cache): Read<Promise<Value>> {
  return key => cache.getOrSet(key, fail)
}

function fail(): never {
  throw new Error('a read missed')
}
