import type { Clock } from './clock.ts'

/** What `work` brings within `ms`, else `late`; the work goes on behind. Rejects with what it throws in that time. */
export function within<T, L>(work: Promise<T>, ms: number, clock: Clock, late: L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(late))
    work.then(
      value => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
