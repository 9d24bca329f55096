import { type CacheEvents, createCache } from '@tiercache/core'
import { fakeRedis } from '@tiercache/core/testing'
import { bombs, LIMIT_BYTES } from './bombs.ts'
import { cpuMs } from './cpu.ts'
import { harmIn } from './harm.ts'
import { hostileStore } from './hostile-store.ts'
import { bodyAt, FLAGS_AT, withChecksum } from './mutate.ts'
import { KEY } from './victims.ts'

/** A value that is meant to take the memory or the time of who reads it, and what became of it. */
export interface Blast {
  readonly name: string
  readonly storedBytes: number
  /** By which check it was refused, or that it was read. */
  readonly outcome: string
  /** Of the processor. */
  readonly ms: number
  readonly grownBytes: number
  /** What broke a promise. */
  readonly problem: string | undefined
}

/** What a value may have in these caches. */
export const LIMIT_MB: number = LIMIT_BYTES / 2 ** 20
export const MOST_MS: number = 2000
const MOST_GROWN_BYTES: number = 160 * 1024 * 1024

/** Reads each bomb once, with a checksum that is right. */
export async function explode(): Promise<Blast[]> {
  const redis = fakeRedis()
  const store = hostileStore(redis)
  await using cache = createCache({
    redis: store,
    memory: false,
    maxValueBytes: LIMIT_BYTES,
    ttl: '1h',
    jitter: 0,
  })
  const errors: CacheEvents['error'][] = []
  cache.on('error', event => errors.push(event))
  await cache.ready()
  await cache.set(KEY, 'harmless')
  const sample = redis.bytes(KEY) ?? Buffer.alloc(0)
  const blasts: Blast[] = []
  for (const { name, flags, body, mayBeRead } of bombs()) {
    const bytes = Buffer.concat([sample.subarray(0, bodyAt(sample)), body])
    bytes[FLAGS_AT] = flags
    store.bytes = withChecksum(bytes)
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    const from = cpuMs()
    const value = await cache.get(KEY)
    const ms = cpuMs() - from
    const grownBytes = Math.max(0, process.memoryUsage().rss - before)
    const [event] = errors.splice(0)
    const outcome = value === undefined ? `refused: ${messageOf(event?.error)}` : 'read'
    const problem = problemOf(value, mayBeRead === true, ms, grownBytes, event)
    blasts.push({ name, storedBytes: bytes.length, outcome, ms, grownBytes, problem })
  }
  return blasts
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^[^:]*: /, '') : 'without an event'
}

function problemOf(
  value: unknown,
  mayBeRead: boolean,
  ms: number,
  grownBytes: number,
  event: CacheEvents['error'] | undefined,
): string | undefined {
  if (value !== undefined && !mayBeRead) return 'it was read'
  if (value === undefined && event === undefined) return 'it was refused without an event'
  if (ms > MOST_MS) return `it took ${Math.round(ms)} ms of the processor`
  if (grownBytes > MOST_GROWN_BYTES) return `it took ${Math.round(grownBytes / 2 ** 20)} MB`
  return harmIn(value)
}
