import type { Load } from '../history/history.ts'
import type { FaultName, Plan } from './plan.ts'
import type { Trouble } from './recorder.ts'
import type { Run } from './simulate.ts'

/** Faults that give an instance no reason to take up a load anew: it never learns that what it knows is void. */
const HARMLESS: readonly FaultName[] = [
  'redis down',
  'messages lost',
  'messages late',
  'subscriber dead',
  'redis full',
]

/** Whether what an instance does by itself is exact in a plan: one load per key at a time, Redis or no Redis. */
function isExact({ steps, world }: Plan): boolean {
  return (
    world.loads.slowMs < 2 * world.hardMs &&
    steps.every(step => (step.type === 'fault' ? HARMLESS.includes(step.name) : step.method !== 'fresh'))
  )
}

/** Loads of one key that one life of an instance ran side by side although nothing of it was invalidated meanwhile. */
export function sideBySide(plan: Plan, { history }: Pick<Run, 'history'>): Trouble[] {
  if (!isExact(plan)) return []
  // An invalidation may be heard of with the next SYNC that ends well.
  const marginMs = plan.durationMs
  const troubles: Trouble[] = []
  const groups = Map.groupBy(history.loads, load => `${load.instance}.${load.life} ${load.key}`)
  for (const loads of groups.values()) {
    let before: Load | undefined
    for (const load of loads) {
      const { key, t0 } = load
      const last = before
      if (!load.failed) before = load
      if (last === undefined || t0 >= last.t1) continue
      const invalidated = history.writes.some(
        write =>
          write.t0 <= t0 &&
          write.committedAt >= last.t0 - marginMs &&
          write.keys.some(([name]) => name === key),
      )
      if (!invalidated)
        troubles.push({
          key,
          what: `#${load.instance} loaded ${key} at ${t0.toFixed(3)} while it did already, since ${last.t0.toFixed(3)}`,
        })
    }
  }
  return troubles
}
