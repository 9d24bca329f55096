import type { Bounds, Violation } from '../history/check.ts'
import type { Fault } from '../history/history.ts'
import { now } from './monotonic.ts'

/** A fault that nobody made on purpose. */
export const STOOD = 'standstill (of the machine)'

const TICK_MS = 20
/** A process that stands still for less is no trouble to anybody. */
const STANDSTILL_MS = 60

/** Tells of every time that this process was kept from running, by the machine or by its own work. The function returned ends it. */
export function watchStandstills(onStood: (t0: number, t1: number) => void): () => void {
  let last = now()
  const timer = setInterval(() => {
    const at = now()
    if (at - last > TICK_MS + STANDSTILL_MS) onStood(last, at)
    last = at
  }, TICK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** For how long, between two moments, this process or that of an instance stood still, in ms. */
export function stoodFor(faults: readonly Fault[], instance: number, from: number, to: number): number {
  let sum = 0
  let until = from
  const concerned = faults.filter(
    fault => fault.name === STOOD && (fault.instance === undefined || fault.instance === instance),
  )
  for (const { t0, t1 } of concerned.toSorted((a, b) => a.t0 - b.t0)) {
    sum += Math.max(0, Math.min(t1, to) - Math.max(t0, until))
    until = Math.max(until, t1)
  }
  return sum
}

/** Whether a call was late only because the machine let its process, or the proxies, stand still. */
export function isExcused({ invariant, seen }: Violation, faults: readonly Fault[], bounds: Bounds): boolean {
  if (invariant !== 'liveness') return false
  const budgetMs = 'committedAt' in seen ? bounds.writeBudgetMs : bounds.readBudgetMs
  return seen.t1 - seen.t0 - stoodFor(faults, seen.instance, seen.t0, seen.t1) <= budgetMs
}
