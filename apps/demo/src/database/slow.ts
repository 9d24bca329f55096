import { setTimeout as sleep } from 'node:timers/promises'

/**
 * An embedded database answers in microseconds; one behind a network does not. Adds `ms` to each query, half on the way
 * there and half on the way back, so that a row may change between the query and its answer, as it does in production.
 */
export function slowedBy(ms: number): <T>(query: () => T) => Promise<T> {
  if (ms === 0) return async query => query()
  return async query => {
    await sleep(ms / 2)
    const result = query()
    await sleep(ms / 2)
    return result
  }
}
