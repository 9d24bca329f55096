import { setTimeout as wait } from 'node:timers/promises'

/** Ms of the machine's monotonic clock: the same in every process, unlike `performance.now()`. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Time goes by. */
export function pass(ms: number): Promise<void> {
  return wait(ms)
}

/** Resolves `true` as soon as `holds` says so, asked every few ms; `false` if that takes longer than `ms`. */
export async function until(ms: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = now() + ms
  while (!(await holds())) {
    if (now() > end) return false
    await wait(10)
  }
  return true
}
