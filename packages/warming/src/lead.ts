import type { Cache } from '@tiercache/core'

/** How a piece of work was shared among the instances. */
export interface Lead {
  readonly cache: Cache
  /** What the work is called: the instances that use one name do it once. */
  readonly name: string
  /** Which round of it. */
  readonly round: string
  /** How long the others take it for done. */
  readonly doneForMs: number
  /** How long to wait for somebody else's. */
  readonly waitMs: number
}

/**
 * Does a piece of work in one instance and waits for it in the others; `true` if it was done here. The lock is a lease of the cache, as a
 * load has it: it is renewed while the work runs, and when the work rejects or its process dies, one of those who wait does it instead.
 * Without Redis everybody does it. Rejects with what the work throws, or `E_TIMEOUT`.
 */
export async function lead(
  { cache, name, round, doneForMs, waitMs }: Lead,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  let here = false
  await cache.getOrSet(
    ['run', name, round],
    async ({ signal }) => {
      here = true
      await work(signal)
      return true
    },
    { ttl: doneForMs, jitter: 0, grace: 0, timeouts: { hard: waitMs } },
  )
  return here
}
