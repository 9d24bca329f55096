// One contender in a process of its own: `cost-of-one.ts <name> [bytes]` prints a `Cost` as JSON, or its bytes alone. Needs --expose-gc.
import { LRUCache } from 'lru-cache'
import { createTier, type Eviction } from '../../../packages/core/src/memory/create-tier.ts'
import { hashUnder } from '../../../packages/core/src/memory/hash.ts'
import type { Cost } from './cost.ts'

interface Contender {
  get(id: string): object | undefined
  set(id: string, value: object): unknown
}

const ENTRIES = 50_000
const BATCH = 8192
const BATCHES = 120
const VALUE = { bytes: 100 }

const [, , name = '', only] = process.argv
process.stdout.write(JSON.stringify(costOf(name, only === 'bytes')))

function costOf(name: string, onlyBytes: boolean): Partial<Cost> {
  const known = idsOf('known', ENTRIES)
  const strangers = idsOf('stranger', (onlyBytes ? 2 : 10) * ENTRIES)
  // Once to no avail: what the first use of a text, or of this code, costs is nobody's.
  filled(name, strangers)
  const before = bytesNow()
  const contender = filled(name, strangers)
  const bytes = (bytesNow() - before) / ENTRIES
  if (onlyBytes) return { bytes }
  for (const id of known) contender.set(id, VALUE)
  // Popular ones come first, as in traffic: rank by the cube of chance.
  const order = Uint32Array.from({ length: BATCH }, (_, i) =>
    Math.floor(ENTRIES * (((i * 7919) % BATCH) / BATCH) ** 3),
  )
  let at = 0
  const getNs = best(() => {
    for (const rank of order)
      if (contender.get(known[rank] ?? '') === undefined) contender.set(known[rank] ?? '', VALUE)
  })
  const setNs = best(() => {
    for (let i = 0; i < BATCH; i++) {
      const id = strangers[at++ % strangers.length] ?? ''
      if (contender.get(id) === undefined) contender.set(id, VALUE)
    }
  })
  return { getNs, setNs, bytes }
}

function filled(name: string, ids: readonly string[]): Contender {
  const contender = make(name)
  for (const id of ids) contender.set(id, VALUE)
  return contender
}

function make(name: string): Contender {
  if (name === 'lru-cache') return new LRUCache<string, object>({ max: ENTRIES })
  if (name === 'lru-cache, maxSize')
    return new LRUCache<string, object>({ max: ENTRIES, maxSize: 1e12, sizeCalculation: () => 100 })
  const [eviction = '', limit] = name.split(', ')
  return createTier<{ bytes: number }>(eviction as Eviction, hashUnder(1, 2), {
    maxEntries: ENTRIES,
    maxBytes: limit === undefined ? undefined : 1e12,
    onEvict: () => {},
  }) as Contender
}

/** The fastest of many short batches: what slows the machine for a while spoils some of them, not all. */
function best(batch: () => void): number {
  let least = Infinity
  for (let i = 0; i < BATCHES; i++) {
    const from = process.hrtime.bigint()
    batch()
    least = Math.min(least, Number(process.hrtime.bigint() - from) / BATCH)
  }
  return least
}

/** Made of bytes, so that each is one piece: a text put together is a tree until somebody reads it, who is charged for it. */
function idsOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`tiercache:${kind}:${i}`).toString('latin1'))
}

function bytesNow(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
