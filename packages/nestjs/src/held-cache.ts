import type { Cache } from '@tiercache/core'

/** A cache, and whether the module made it and is to close it. */
export interface HeldCache {
  readonly cache: Cache
  readonly own: boolean
}
