import type { Child } from '../../../apps/demo/src/fleet/child.ts'
import type { Latency } from './measured.ts'

/** How long hits in memory took in each of these processes, since it started. Leaves out one that had none. */
export async function memoryHitsOf(children: readonly Child[]): Promise<Latency[]> {
  const all = await Promise.all(
    children.map(async ({ address }) => {
      const answer = await fetch(`${address}/stats`, { signal: AbortSignal.timeout(5000) })
      return ((await answer.json()) as { memoryHits: Latency }).memoryHits
    }),
  )
  return all.filter(({ count }) => count > 0)
}
