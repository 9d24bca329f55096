import type { Clock } from './clock.ts'
import type { Store, StoreListener } from './store.ts'

/** What a driver is told when a cache opens it. */
export interface DriverOptions {
  readonly namespace: string
  readonly deadlineMs: number
  readonly clock: Clock
  readonly listener: StoreListener
}

/** Something that can be tier 2 in the place of Redis: the stand-in of `@tiercache/core/testing` is one. */
export interface StoreDriver {
  openStore(options: DriverOptions): Store
}
