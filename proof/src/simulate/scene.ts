import type { Database } from './database.ts'
import type { Life } from './instance.ts'
import type { Plan } from './plan.ts'
import type { Recorder } from './recorder.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What the application's calls work with. */
export interface Scene {
  readonly plan: Plan
  readonly time: VirtualTime
  readonly database: Database
  readonly recorder: Recorder
  /** The present life of each instance; one may be gone. */
  readonly lives: Life[]
}
