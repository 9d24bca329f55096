import type { Engine } from './engine.ts'
import type { Local } from './local.ts'
import type { Policy } from './policy.ts'

/** A key in memory, for those who want to know what is hot. */
export interface HotKey {
  /** As printed in events, with its namespaces in front. */
  readonly key: string
  /** How often memory answered with the value that stands there now. */
  readonly hits: number
}

/** Keys in memory under a prefix, in the order of the tier. Built as it is read, without touching their places. */
export function* hotKeys(engine: Engine, prefix: string): Generator<HotKey, undefined> {
  for (const [key, { hits }] of engine.parts.local.memory.entries())
    if (key.startsWith(prefix)) yield { key, hits }
}

/**
 * Brings values from Redis into memory, those of one partition in one command. No read: nothing is counted, nothing loaded. Gives the
 * ids that memory cannot answer for and Redis has nothing fresh of. Never rejects.
 */
export async function hydrate(
  engine: Engine,
  ids: readonly string[],
  policyOf: (id: string) => Policy,
): Promise<Set<string>> {
  const { local } = engine.parts
  const trusting = engine.ensureTrust(ids)
  if (trusting !== undefined) await trusting
  const absent = [...new Set(ids)].filter(id => !isThere(local, id))
  for (const [partition, group] of Map.groupBy(absent, id => local.partition(id)))
    engine.launchMany(partition, policyOf, new Map(group.map(id => [id, undefined])))
  const missing = new Set<string>()
  await Promise.all(
    absent.map(async id => {
      const found = await engine.flights.get(id)?.looked
      if (found?.kind !== 'fresh') missing.add(id)
    }),
  )
  return missing
}

/** What is there counts as used last: a warmer asks in the order in which memory is to keep. No reader has asked, and no advisor hears of it. */
function isThere(local: Local, id: string): boolean {
  if (!local.has(id)) return false
  local.memory.get(id)
  return true
}
