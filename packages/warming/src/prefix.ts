import type { Cache } from '@tiercache/core'

/** What is in front of a namespace's keys as printed. */
export function prefixOf(cache: Cache): string {
  return cache.printed('.').slice(0, -1)
}
