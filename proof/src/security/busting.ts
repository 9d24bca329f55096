import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createCache } from '@tiercache/core'
import { diceOf } from './dice.ts'

/** What a flood of keys that nobody asks for twice did to a cache in memory. */
export interface Busting {
  readonly keys: number
  /** Reads of the keys that are asked for all the time, and how many of them were in memory. */
  readonly hotReads: number
  readonly hotHits: number
  readonly entries: number
  readonly bytes: number
  /** In use, from a fifth of the way, when memory was long full, to the end. */
  readonly grownBytes: number
  readonly problems: readonly string[]
}

export const MAX_ENTRIES = 10_000
export const MAX_BYTES: number = 8 * 1024 * 1024
const MOST_GROWN_BYTES: number = 16 * 1024 * 1024
const HOT = 200
const HOT_EVERY = 10
const TURN_EVERY = 1000
const LONGEST_VALUE = 4000

/** Loads random keys, values of all sizes, while a few keys are read again and again. */
export async function bust(
  seed: number,
  keys: number,
  onProgress: (share: number) => void,
): Promise<Busting> {
  const dice = diceOf(seed)
  await using cache = createCache({ memory: { maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES }, ttl: '1h' })
  const text = 'x'.repeat(LONGEST_VALUE)
  const hot = Array.from({ length: HOT }, (_, i) => `hot:${i}`)
  await cache.setMany(hot.map(key => [key, 'hot'] as const))
  let hotReads = 0
  let hotHits = 0
  let settled = 0
  let over = 0
  for (let i = 0; i < keys; i++) {
    const key =
      dice.below(4) === 0
        ? ['search', dice.bytes(6).toString('latin1'), { page: i }]
        : `page:${i}:${dice.below(2 ** 32)}`
    await cache.getOrSet(key, () => text.slice(dice.below(LONGEST_VALUE)))
    if (i % HOT_EVERY === 0) {
      hotReads++
      if (cache.getSync(hot[hotReads % HOT] ?? '') === 'hot') hotHits++
    }
    if (i % TURN_EVERY === 0) {
      const { entries, bytes } = cache.stats().memory
      if (entries > MAX_ENTRIES || bytes > MAX_BYTES) over++
      await turn()
      onProgress(i / keys)
    }
    if (i === Math.floor(keys / 5)) settled = bytesInUse()
  }
  const grownBytes = bytesInUse() - settled
  const { entries, bytes } = cache.stats().memory
  const problems = [
    ...(over > 0 ? [`memory was over its limits in ${over} of ${Math.ceil(keys / TURN_EVERY)} looks`] : []),
    ...(hotHits < hotReads
      ? [`${hotReads - hotHits} of ${hotReads} reads of hot keys were not in memory`]
      : []),
    ...(grownBytes > MOST_GROWN_BYTES ? [`memory grew by ${Math.round(grownBytes / 2 ** 20)} MB`] : []),
  ]
  return { keys, hotReads, hotHits, entries, bytes, grownBytes, problems }
}

const collectGarbage = globalThis.gc ?? exposedGc()

/** What is left when the garbage is gone. */
function bytesInUse(): number {
  void collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function exposedGc(): () => unknown {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => unknown
}
