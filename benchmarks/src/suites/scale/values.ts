import { deepStrictEqual } from 'node:assert/strict'
import { Redis } from 'ioredis'
import { pageOf, type Page } from '../../data.ts'
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
import { openPatient } from '../../subjects/tiercache.ts'

/** Hits in Redis, of values of so many bytes as JSON, or sets of values with so many tags. */
export type ValueTask =
  | { readonly what: 'read'; readonly bytes: number; readonly sliceMs: number }
  | { readonly what: 'tag'; readonly tags: number; readonly sliceMs: number }

interface Store {
  readonly set: (key: string, page: Page) => Promise<unknown>
  readonly get: (key: string) => Promise<unknown>
  readonly setTagged?: ((key: string, page: Page, tags: string[]) => Promise<unknown>) | undefined
}

export const ANCHOR = 'ioredis, JSON'

/** Keys of each size, one after the other. */
const KEYS = 16
/** Under way at a time. */
const AT_ONCE = 8

/** How a hit in Redis grows with its value, and a set with its tags. */
export const contenders: Contenders<ValueTask, Figures> = {
  [ANCHOR]: floor(measured(raw)),
  tiercache: ours(measured(subject({ id: 'tiercache', open: openPatient }))),
  ...others(
    peer => peer.setting === undefined && peer.tiers.includes('redis'),
    peer => measured(subject(peer)),
  ),
}

function raw({ redisUrl }: Environment): Store {
  const client = new Redis(redisUrl, { enableAutoPipelining: true })
  const set = (key: string, page: Page): Promise<unknown> =>
    client.set(`bench-scale:${key}`, JSON.stringify(page), 'PX', 3_600_000)
  return {
    set,
    get: async key => JSON.parse((await client.get(`bench-scale:${key}`)) ?? 'null'),
    setTagged: set,
  }
}

function subject(peer: Pick<Peer, 'id' | 'open'>): (environment: Environment) => Promise<Store> {
  return async ({ redisUrl }) => {
    const cache = await openPeer(peer, { tiers: 'redis', redisUrl, namespace: `bench-scale-${peer.id}` })
    return { set: cache.set, get: key => cache.getOrSet(key), setTagged: cache.setTagged }
  }
}

function measured(open: (environment: Environment) => Store | Promise<Store>): Prepare<ValueTask, Figures> {
  return async environment => {
    const store = await open(environment)
    return task => (task.what === 'read' ? reads(store, task) : sets(store, task))
  }
}

async function reads(store: Store, { bytes, sliceMs }: ValueTask & { what: 'read' }): Promise<Figures> {
  const keyOf = (id: number): string => `size:${bytes}:${id % KEYS}`
  for (let id = 0; id < KEYS; id++) await store.set(keyOf(id), pageOf(id, bytes))
  deepStrictEqual(await store.get(keyOf(1)), pageOf(1, bytes), 'a read did not give what was stored')
  return loop(sliceMs, async id => {
    const page = (await store.get(keyOf(id))) as Page | null | undefined
    if (page?.page !== id % KEYS) throw new Error(`${keyOf(id)} was not there`)
  })
}

async function sets(store: Store, { tags, sliceMs }: ValueTask & { what: 'tag' }): Promise<Figures> {
  const { setTagged } = store
  if (setTagged === undefined) throw new Error('it has no tags')
  const page = pageOf(1, 1024)
  const tagsOf = (id: number): string[] => Array.from({ length: tags }, (_, i) => `tag:${(id + i) % 100}`)
  return loop(sliceMs, id => setTagged(`tagged:${id % 1000}`, page, tagsOf(id)))
}

/** A closed loop. The same key is never asked for twice at the same time. */
async function loop(sliceMs: number, call: (id: number) => Promise<unknown>): Promise<Figures> {
  const from = performance.now()
  const until = from + sliceMs
  let calls = 0
  const one = async (): Promise<void> => {
    do await call(calls++)
    while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return { ops: (calls / (performance.now() - from)) * 1000 }
}
