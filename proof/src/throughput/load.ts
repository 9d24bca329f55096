import { setTimeout as pass } from 'node:timers/promises'
import { createCache, type Cache } from '@tiercache/core'
import { randomOf } from '../random.ts'

/** What a reader needs of an instance. */
interface Reader {
  getOrSet(key: number, tagged: boolean, load: () => Promise<Row>): Promise<Row>
  invalidate(): Promise<unknown>
}

interface Row {
  readonly key: number
}

/** How long the database of a site takes: a share of slow loads, the rest up to `usualMs`. */
export interface Database {
  readonly usualMs: number
  readonly slowMs: number
  readonly slowShare: number
}

/** A site of several instances: what its requests read, and how long its database takes. */
export interface Site {
  readonly caches: readonly Reader[]
  readonly database: Database
  readonly random: () => number
  /** Loads so far. */
  loads: number
}

/** What readers got in a while. */
export interface Measured {
  /** All reads, and those of keys without the broad tag, per second. */
  readonly perSecond: number
  readonly bystandersPerSecond: number
  /** Of reads of keys with the tag, in ms. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly loadsPerSecond: number
  /** Invalidations a second that Redis confirmed. */
  readonly invalidationsPerSecond: number
}

const KEYS = 2000
const READERS_PER_INSTANCE = 8
const BROAD_TAG = 'catalogue'
/** One key of so many carries the tag that is invalidated all the time. */
const TAGGED_EVERY = 5
const MOST_PAUSE_MS = 4

/** Opens the instances. `await using` them. */
export async function openSite(
  url: string,
  instances: number,
  database: Database,
  seed: number,
): Promise<Site & AsyncDisposable> {
  const namespace = `throughput-${process.pid}-${seed}`
  const caches = Array.from({ length: instances }, () => createCache({ redis: url, namespace, ttl: '1h' }))
  await Promise.all(caches.map(cache => cache.ready()))
  return {
    caches: caches.map(readerOf),
    database,
    random: randomOf(seed),
    loads: 0,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(caches.map(cache => cache.close()))
    },
  }
}

/** Readers on every instance for `ms`, with the broad tag invalidated so many times a second, or never. */
export async function drive(site: Site, ms: number, invalidationsPerSecond: number): Promise<Measured> {
  const loadsBefore = site.loads
  const from = performance.now()
  const end = from + ms
  const latencies: number[] = []
  let reads = 0
  let bystanders = 0
  const read = async (cache: Reader): Promise<void> => {
    while (performance.now() < end) {
      const key = Math.floor(KEYS * site.random() ** 3)
      const tagged = key % TAGGED_EVERY === 0
      const t0 = performance.now()
      await cache.getOrSet(key, tagged, () => load(site, key))
      if (performance.now() > end) return
      reads++
      if (tagged) latencies.push(performance.now() - t0)
      else bystanders++
      await pass(site.random() * MOST_PAUSE_MS)
    }
  }
  let invalidations = 0
  const invalidate = async (): Promise<void> => {
    if (invalidationsPerSecond === 0) return
    const everyMs = 1000 / invalidationsPerSecond
    const calls: Promise<unknown>[] = []
    for (let due = from; due < end; due += everyMs) {
      await pass(Math.max(0, due - performance.now()))
      const cache = site.caches[calls.length % site.caches.length]
      if (cache !== undefined) calls.push(cache.invalidate().then(() => invalidations++))
    }
    await Promise.all(calls)
  }
  const readers = site.caches.flatMap(cache =>
    Array.from({ length: READERS_PER_INSTANCE }, () => read(cache)),
  )
  await Promise.all([...readers, invalidate()])
  const seconds = ms / 1000
  latencies.sort((a, b) => a - b)
  const quantile = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0
  return {
    perSecond: reads / seconds,
    bystandersPerSecond: bystanders / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    loadsPerSecond: (site.loads - loadsBefore) / seconds,
    invalidationsPerSecond: invalidations / seconds,
  }
}

async function load(site: Site, key: number): Promise<Row> {
  const { slowShare, slowMs, usualMs } = site.database
  site.loads++
  await pass(site.random() * (site.random() < slowShare ? slowMs : usualMs))
  return { key }
}

function readerOf(cache: Cache): Reader {
  return {
    getOrSet: (key, tagged, load) => cache.getOrSet(['row', key], load, tagged ? { tags: [BROAD_TAG] } : {}),
    invalidate: () => cache.deleteByTag(BROAD_TAG),
  }
}

/**
 * The same site with a cache that cannot be built: all instances share one memory, an invalidation is known everywhere at once and
 * costs nothing, and each key is loaded once after it. What reads lose here, the database takes.
 */
export function idealSite(instances: number, database: Database, seed: number): Site {
  let generation = 0
  const kept = new Map<number, { readonly row: Promise<Row>; readonly generation: number }>()
  const cache: Reader = {
    getOrSet(key, tagged, load) {
      const found = kept.get(key)
      if (found !== undefined && (!tagged || found.generation === generation)) return found.row
      const row = load()
      kept.set(key, { row, generation })
      return row
    },
    invalidate: () => Promise.resolve(generation++),
  }
  return {
    caches: Array.from({ length: instances }, () => cache),
    database,
    random: randomOf(seed),
    loads: 0,
  }
}
