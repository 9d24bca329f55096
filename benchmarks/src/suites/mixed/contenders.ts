import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import { pageOf } from '../../data.ts'
import { type Contenders, type Environment, floor, others, ours, type Prepare } from '../../run/contender.ts'
import { quantile } from '../../statistics.ts'
import { openPeer } from '../../subjects/open.ts'
import type { Peer, Setup } from '../../subjects/subject.ts'
import { openPatient } from '../../subjects/tiercache.ts'
import { Database } from './database.ts'
import type { Read, Write } from './stale.ts'
import { randomOf } from '../../random.ts'
import { zipf } from './zipf.ts'

/** What a process of the service does: `fill` stores its half of the keys, `load` reads all and writes its own. */
export type MixedTask =
  | { readonly step: 'fill'; readonly seat: number; readonly keys: number }
  | {
      readonly step: 'load'
      readonly seat: number
      readonly keys: number
      readonly at: number
      readonly sliceMs: number
      readonly seed: number
    }

/** What it saw. */
export interface Load {
  readonly reads: number
  readonly ms: number
  readonly p50: number
  readonly p99: number
  readonly loads: number
  readonly writes: readonly Write[]
  /** Those that say something about what others had written. */
  readonly watched: readonly Read[]
}

/** All that is needed of a cache here. */
interface Store {
  readonly get: (key: string) => Promise<unknown>
  readonly set: (key: string, value: unknown) => Promise<unknown>
  readonly setMany?: ((entries: [string, unknown][]) => Promise<unknown>) | undefined
}

interface Item {
  readonly version: number
}

export const SEATS = 2
export const KEYS = 10_000
/** A tenth of the keys fits into memory. */
const IN_MEMORY = KEYS / 10
const WRITES = 0.01
/** Values stored at a time, to begin with. */
const AT_ONCE = 64
const READERS = 16
/** Keys whose reads are kept, to look for stale ones: the hottest, which are written most. */
const WATCHED = 200
/** Exponent of Zipf's law. */
const SKEW = 1

export const ANCHOR = 'ioredis, no memory'
export const SCENE: string = `${SEATS} processes, ${READERS} readers each; ${KEYS} keys of 1 KB by Zipf's law, a tenth of them in memory; ${WRITES * 100} % writes`

type Mixed = Prepare<MixedTask, Load | void>

export const contenders: Contenders<MixedTask, Load | void> = {
  [ANCHOR]: floor(service('raw', rawStore)),
  tiercache: ours(service('tiercache', subject({ id: 'tiercache', open: openPatient }))),
  ...others(
    peer => peer.setting === undefined && peer.tiers.includes('both'),
    peer => service(peer.id, subject(peer)),
  ),
}

type Open = (environment: Environment, load: Setup['load']) => Promise<Store>

async function rawStore({ redisUrl }: Environment): Promise<Store> {
  const client = new Redis(redisUrl, { enableAutoPipelining: true })
  return {
    get: async key => JSON.parse((await client.get(`bench-mixed:${key}`)) ?? 'null'),
    set: (key, value) => client.set(`bench-mixed:${key}`, JSON.stringify(value)),
  }
}

function subject(peer: Pick<Peer, 'id' | 'open'>): Open {
  return async ({ redisUrl }, load) => {
    const namespace = `bench-mixed-${peer.id}`
    const cache = await openPeer(peer, { tiers: 'both', redisUrl, namespace, maxEntries: IN_MEMORY, load })
    return { get: cache.getOrSet, set: cache.set, setMany: cache.setMany }
  }
}

function service(name: string, open: Open): Mixed {
  return async environment => {
    const database = new Database(environment.redisUrl, name)
    let loads = 0
    const store = await open(environment, async key => {
      loads++
      const index = Number(key.split(':')[1])
      return itemOf(index, await database.versionOf(index % SEATS, key))
    })
    let version = 0
    return async task => {
      if (task.step === 'fill') {
        await database.clear(task.seat)
        return fill(store, task.seat, task.keys)
      }
      loads = 0
      const next = (): number => ++version
      const { seat, keys, at, sliceMs, seed } = task
      return { ...(await run(store, database, { seat, keys, at, sliceMs, seed, next })), loads }
    }
  }
}

/** A key is written by one process alone, so that its versions have an order. */
async function fill({ set, setMany }: Store, seat: number, keys: number): Promise<void> {
  for (let from = seat; from < keys; from += AT_ONCE * SEATS) {
    const indexes = Array.from({ length: AT_ONCE }, (_, i) => from + i * SEATS).filter(index => index < keys)
    const entries = indexes.map((index): [string, unknown] => [keyOf(index), itemOf(index, 0)])
    await (setMany === undefined ? Promise.all(entries.map(entry => set(...entry))) : setMany(entries))
  }
}

interface Shift {
  readonly seat: number
  readonly keys: number
  readonly at: number
  readonly sliceMs: number
  readonly seed: number
  readonly next: () => number
}

async function run(
  store: Store,
  database: Database,
  { seat, keys, at, sliceMs, seed, next }: Shift,
): Promise<Omit<Load, 'loads'>> {
  const chance = randomOf(seed * SEATS + seat)
  const pick = zipf(keys, SKEW, chance)
  const latencies: number[] = []
  const writes: Write[] = []
  const watched: Read[] = []
  // One write of a key at a time, or their order would be anybody's guess.
  const writing = new Set<number>()
  await new Promise(resolve => setTimeout(resolve, Math.max(0, at - now())))
  const from = now()
  const until = from + sliceMs
  const reader = async (): Promise<void> => {
    for (let begun = now(); begun < until; begun = now()) {
      const index = pick()
      const own = index - (index % SEATS) + seat
      if (chance() < WRITES && !writing.has(own)) {
        writing.add(own)
        const version = next()
        await database.write(seat, keyOf(own), version)
        await store.set(keyOf(own), itemOf(own, version))
        writes.push({ key: own, version, doneAt: now() })
        writing.delete(own)
      } else {
        const item = (await store.get(keyOf(index))) as Item | null | undefined
        latencies.push(now() - begun)
        if (item?.version === undefined) throw new Error(`${keyOf(index)} was not there`)
        if (index < WATCHED && index % SEATS !== seat)
          watched.push({ key: index, version: item.version, begunAt: begun })
        // A hit in memory gives nothing else a turn.
        if (latencies.length % 64 === 0) await new Promise(resolve => setImmediate(resolve))
      }
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return {
    reads: latencies.length,
    ms: now() - from,
    p50: quantile(latencies, 0.5) * 1000,
    p99: quantile(latencies, 0.99) * 1000,
    writes,
    watched,
  }
}

function keyOf(index: number): string {
  return `item:${index}`
}

function itemOf(index: number, version: number): object {
  return { ...pageOf(index, 1024), version }
}
