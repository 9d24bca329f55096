import { setTimeout as wait } from 'node:timers/promises'

/** Asks every few ms until `holds` says so. Rejects, naming `what`, when that takes longer than `ms`. */
export async function until(
  what: string,
  ms: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await wait(4)
  }
}
