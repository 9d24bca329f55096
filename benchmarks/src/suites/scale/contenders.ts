import { createCache } from '@tiercache/core'
import { LRUCache } from 'lru-cache'
import { committed, keysOf, shuffled } from '../../data.ts'
import { type Contenders, type Figures, floor, ours, type Prepare } from '../../run/contender.ts'
import { READS, timed } from '../l1/time.ts'

/** A hit in memory among so many keys, each with so many tags. */
export interface ScaleTask {
  readonly keys: number
  readonly tags: number
  readonly sliceMs: number
}

interface Value {
  readonly id: number
}

type Read = (key: string) => Value | undefined
type Make = (entries: readonly (readonly [string, Value])[], tags: number) => Read | Promise<Read>

export const ANCHOR = 'lru-cache get, ttl'

/** Reads in one call of the inner loop. */
const AT_ONCE = 512

/** How a hit in memory grows. */
export const contenders: Contenders<ScaleTask, Figures> = {
  'Map.get': floor(
    measured(entries => {
      const map = new Map(entries)
      return key => map.get(key)
    }),
  ),
  [ANCHOR]: floor(
    measured(entries => {
      const cache = new LRUCache<string, Value>({ max: entries.length, ttl: 3_600_000 })
      for (const [key, value] of entries) cache.set(key, value)
      return key => cache.get(key)
    }),
  ),
  'tiercache getSync': ours(measured(tiercache)),
}

async function tiercache(entries: Parameters<Make>[0], tagCount: number): Promise<Read> {
  const cache = createCache({ memory: { maxEntries: entries.length, maxBytes: '4gb' }, ttl: '1h' })
  // As many tags as a shop would have: each is on a hundredth of the entries.
  const tagsOf = (id: number): string[] => Array.from({ length: tagCount }, (_, i) => `tag:${i}:${id % 100}`)
  for (const [key, value] of entries) await committed(() => cache.set(key, value, { tags: tagsOf(value.id) }))
  return key => cache.getSync<Value>(key)
}

/** One cache at a time: what a task does not need, it does not hold. */
function measured(make: Make): Prepare<ScaleTask, Figures> {
  return () => {
    let held: { readonly name: string; readonly run: ReturnType<typeof timed> } | undefined
    return async ({ keys: count, tags, sliceMs }) => {
      const name = `${count} keys, ${tags} tags`
      if (held?.name !== name) {
        held = undefined
        const entries = keysOf(count).map((key, id) => [key, { id }] as const)
        held = { name, run: timed(batchOf(await make(entries, tags), entries)) }
      }
      return held.run({ sliceMs })
    }
  }
}

function batchOf(read: Read, entries: Parameters<Make>[0]): () => number {
  const keys = shuffled(entries.length, READS).flatMap(at => entries.slice(at, at + 1).map(([key]) => key))
  const readSome = (from: number, to: number): number => {
    let found = 0
    for (let i = from; i < to; i++) if (read(keys[i] ?? '') !== undefined) found++
    return found
  }
  return () => {
    let found = 0
    for (let from = 0; from < READS; from += AT_ONCE) found += readSome(from, from + AT_ONCE)
    return found
  }
}
