import { Redis } from 'ioredis'
import { keysOf, pageOf, type Page } from '../../data.ts'
import {
  type Contenders,
  type Environment,
  type Figures,
  floor,
  others,
  ours,
  type Prepare,
  type Run,
} from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import type { Peer, Subject, Tiers } from '../../subjects/subject.ts'
import { openPatient } from '../../subjects/tiercache.ts'

/** `keys` at a time, read from one tier or written to Redis. */
export interface BulkTask {
  readonly what: 'memory' | 'redis' | 'set'
  readonly keys: number
  readonly sliceMs: number
}

/** What answers the three questions; one that has no memory leaves it out. */
interface Bulk {
  readonly fill: (what: BulkTask['what'], entries: [string, Page][]) => Promise<void>
  readonly read: (
    what: 'memory' | 'redis',
    keys: string[],
  ) => Promise<readonly unknown[]> | readonly unknown[]
  readonly write: (entries: [string, Page][]) => Promise<unknown>
}

const KEYS = 10_000
const BYTES = 512
export const ANCHOR = 'by hand'

export const contenders: Contenders<BulkTask, Figures> = {
  // A loop over a Map; MGET and JSON.parse; JSON.stringify and a pipeline of SET.
  [ANCHOR]: floor(measured(byHand)),
  tiercache: ours(
    measured(subject({ id: 'tiercache', open: openPatient, tiers: ['memory', 'redis', 'both'] })),
  ),
  ...others(
    peer => peer.setting === undefined && peer.tiers.includes('redis'),
    peer => measured(subject(peer)),
  ),
}

function byHand({ redisUrl }: Environment): Bulk {
  const client = new Redis(redisUrl)
  const map = new Map<string, Page>()
  const prefixed = (key: string): string => `bench-bulk-raw:${key}`
  const write = (entries: [string, Page][]): Promise<unknown> => {
    const pipeline = client.pipeline()
    for (const [key, page] of entries) pipeline.set(prefixed(key), JSON.stringify(page), 'PX', 3_600_000)
    return pipeline.exec()
  }
  return {
    fill: async (_, entries) => {
      for (const [key, page] of entries) map.set(key, page)
      await write(entries)
    },
    read: async (what, keys) => {
      if (what === 'memory') return keys.map(key => map.get(key))
      const texts = await client.mget(keys.map(prefixed))
      return texts.map(text => (text === null ? undefined : JSON.parse(text)))
    },
    write,
  }
}

function subject(peer: Pick<Peer, 'id' | 'open' | 'tiers'>): (environment: Environment) => Promise<Bulk> {
  return async ({ redisUrl }) => {
    const open = (tiers: Tiers): Promise<Subject> =>
      openPeer(peer, { tiers, redisUrl, namespace: `bench-bulk-${peer.id}` })
    const redis = await open('redis')
    const memory = peer.tiers.includes('memory') ? await open('memory') : undefined
    const tier = (what: BulkTask['what']): Subject => {
      if (what !== 'memory') return redis
      if (memory === undefined) throw new Error('it has no memory of its own')
      return memory
    }
    return {
      fill: async (what, entries) => void (await writeAll(tier(what), entries)),
      read: (what, keys) => readAll(tier(what), keys),
      write: entries => writeAll(redis, entries),
    }
  }
}

/** Where a cache has no call for many, many calls at once are what a program would make. */
function readAll(cache: Subject, keys: string[]): Promise<readonly unknown[]> {
  return cache.getMany === undefined ? Promise.all(keys.map(key => cache.get(key))) : cache.getMany(keys)
}

function writeAll(cache: Subject, entries: [string, Page][]): Promise<unknown> {
  return cache.setMany === undefined
    ? Promise.all(entries.map(([key, page]) => cache.set(key, page)))
    : cache.setMany(entries)
}

function measured(make: (environment: Environment) => Bulk | Promise<Bulk>): Prepare<BulkTask, Figures> {
  return async environment => {
    const bulk = await make(environment)
    const entries = keysOf(KEYS).map((key, id): [string, Page] => [key, pageOf(id, BYTES)])
    const filled = new Set<BulkTask['what']>()
    return async task => {
      if (task.what !== 'set' && !filled.has(task.what))
        for (let at = 0; at < KEYS; at += 100) await bulk.fill(task.what, entries.slice(at, at + 100))
      filled.add(task.what)
      return (task.what === 'set' ? writing : reading)(bulk, entries)(task)
    }
  }
}

function reading(bulk: Bulk, entries: [string, Page][]): Run<BulkTask, Figures> {
  const names = entries.map(([key]) => key)
  return ({ what, keys, sliceMs }) =>
    repeated(keys, sliceMs, async at => {
      const pages = await bulk.read(what === 'memory' ? what : 'redis', names.slice(at, at + keys))
      const wrong = pages.findIndex((page, i) => (page as Page | undefined)?.page !== at + i)
      if (wrong >= 0 || pages.length !== keys)
        throw new Error(`of ${keys} keys ${pages.length} came back, number ${wrong} not as it was stored`)
    })
}

function writing(bulk: Bulk, entries: [string, Page][]): Run<BulkTask, Figures> {
  return ({ keys, sliceMs }) => repeated(keys, sliceMs, at => bulk.write(entries.slice(at, at + keys)))
}

/** Call after call, over all keys in turn. */
async function repeated(
  keys: number,
  sliceMs: number,
  call: (at: number) => Promise<unknown>,
): Promise<Figures> {
  const from = performance.now()
  const cpu = process.cpuUsage()
  let calls = 0
  do {
    await call((calls * keys) % KEYS)
    calls++
  } while (performance.now() - from < sliceMs)
  const { user, system } = process.cpuUsage(cpu)
  const count = calls * keys
  return { keys: (count / (performance.now() - from)) * 1000, cpu: (user + system) / count }
}
