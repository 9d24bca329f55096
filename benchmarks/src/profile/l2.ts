import { createCache } from '@tiercache/core'
import { committed, pageOf } from '../data.ts'
import type { Reads } from './steps.ts'

const KEYS = 1024
const AT_ONCE = 32
const PER_CALL = 4096

/** Hits in Redis of values of 1 KB, so many at a time. How many reads a call makes stands beside it. */
export async function redisHits(
  redisUrl: string,
  concurrency: number,
): Promise<{ readonly reads: Reads; readonly perCall: number }> {
  const namespace = `bench-profile-${process.pid}`
  const cache = createCache({
    redis: redisUrl,
    namespace,
    memory: false,
    ttl: '1h',
    timeouts: { redis: '5s' },
  })
  await cache.ready()
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, at) => from + at)
    await Promise.all(some.map(at => committed(() => cache.set(`page:${at}`, pageOf(at, 1024)))))
  }
  let next = 0
  const reads = async (): Promise<number> => {
    let found = 0
    let left = PER_CALL
    const reader = async (): Promise<void> => {
      while (left-- > 0) if ((await cache.get(`page:${(next = (next + 1) % KEYS)}`)) !== undefined) found++
    }
    await Promise.all(Array.from({ length: concurrency }, reader))
    return found
  }
  return { reads, perCall: PER_CALL }
}
