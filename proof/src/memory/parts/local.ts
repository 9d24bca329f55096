import { createCache } from '@tiercache/core'
import { LRUCache } from 'lru-cache'
import { randomOf } from '../../random.ts'
import { bytesOf, heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const MB = 2 ** 20
const ENTRIES = 2000
const BYTES = 32 * MB

/** The tier in memory alone: its limits while values of every size come and go, and what an entry costs. */
export async function localPart({ quick, seed }: Scale): Promise<Measured> {
  const random = randomOf(seed)
  const small = await churn(quick ? 10_000 : 50_000, 1000, random)
  const mixed = await churn(quick ? 4000 : 15_000, 1_000_000, random)
  const counts = quick ? [100_000] : [100_000, 1_000_000]
  const costs = []
  for (const count of counts) costs.push(await costOfEntry(count))
  const checks: Check[] = [
    { what: 'entries of 10 B to 1 KB, at any time', is: small.entries, limit: ENTRIES, unit: 'entries' },
    { what: 'entries of 10 B to 1 MB, at any time', is: mixed.entries, limit: ENTRIES, unit: 'entries' },
    { what: 'bytes of entries of 10 B to 1 MB, at any time', is: mixed.bytes, limit: BYTES, unit: 'bytes' },
    { what: 'heap and buffers of a memory of 32 MB', is: mixed.grown, limit: 1.5 * BYTES, unit: 'bytes' },
    ...costs.map(({ count, ours }): Check => {
      return { what: `an entry beside its key and value, of ${count}`, is: ours, limit: 400, unit: 'bytes' }
    }),
  ]
  return {
    checks,
    tables: [
      {
        title: 'Bytes per entry in memory, beside key and value',
        columns: ['entries', 'tiercache', 'after a get of each', 'lru-cache with ttl'],
        rows: costs.map(({ count, ours, read, theirs }) => ({ cells: [count, ours, read, theirs] })),
        note: 'lru-cache with ttl keeps two clocks per value; tiercache also what coherence asks: log position, tags, trust, grace. After a get, the promise of the value is kept.',
      },
    ],
  }
}

/** The largest count and weight seen behind each change, and what the values really take in the end. */
async function churn(
  changes: number,
  largest: number,
  random: () => number,
): Promise<{ entries: number; bytes: number; grown: number }> {
  const cache = createCache({ memory: { maxEntries: ENTRIES, maxBytes: BYTES }, ttl: '1h' })
  const before = heapNow().all
  let [entries, bytes] = [0, 0]
  for (let i = 0; i < changes; i++) {
    const key = `key:${Math.floor(random() * ENTRIES * 4)}`
    if (random() < 0.1) await cache.delete(key)
    else await cache.set(key, valueOf(10 * (largest / 10) ** random(), random()))
    const { memory } = cache.stats()
    entries = Math.max(entries, memory.entries)
    bytes = Math.max(bytes, memory.bytes)
  }
  const grown = heapNow().all - before
  await cache.close()
  return { entries, bytes, grown }
}

/** A buffer, a text, or a list of texts of about so many bytes. */
function valueOf(bytes: number, kind: number): unknown {
  const size = Math.ceil(bytes)
  if (kind < 0.5) return Buffer.alloc(size)
  if (kind < 0.8) return textOf(size)
  return Array.from({ length: Math.ceil(size / 40) }, (_, i) => textOf(24) + i)
}

/** Text that takes its bytes: a repeated one is a tree of parts until it is read. */
function textOf(bytes: number): string {
  return Buffer.alloc(bytes, 'abcdefgh').toString('latin1')
}

async function costOfEntry(
  count: number,
): Promise<{ count: number; ours: number; read: number; theirs: number }> {
  const keys = Array.from({ length: count }, (_, i) => `key:${i}`)
  for (const key of keys) Buffer.byteLength(key) // flat, so that nobody is charged for it
  const value = { shared: true }
  const lru = bytesOf(() => {
    const cache = new LRUCache<string, object>({ max: count, ttl: 3_600_000 })
    for (const key of keys) cache.set(key, value)
    return cache
  })
  lru.made.clear()
  const cache = createCache({ memory: { maxEntries: count, maxBytes: '10gb' }, ttl: '1h' })
  await cache.set('warm', value)
  const before = heapNow().all
  for (const key of keys) await cache.set(key, value)
  const ours = heapNow().all - before
  for (const key of keys) await cache.get(key)
  const read = heapNow().all - before
  await cache.close()
  const each = (bytes: number): number => Math.round(bytes / count)
  return { count, ours: each(ours), read: each(read), theirs: each(lru.all) }
}
