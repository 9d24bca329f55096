import { breaker } from './breaker/suite.ts'
import { bulk } from './bulk/suite.ts'
import { codec } from './codec/suite.ts'
import { commands } from './commands/suite.ts'
import { http } from './http/suite.ts'
import { invalidation } from './invalidation/suite.ts'
import { l1 } from './l1/suite.ts'
import { l2 } from './l2/suite.ts'
import { memory } from './memory/suite.ts'
import { mixed } from './mixed/suite.ts'
import { scale } from './scale/suite.ts'
import { stampede } from './stampede/suite.ts'
import type { Suite } from './suite.ts'

/** All suites, in the order they run. */
export const suites: readonly Suite[] = [
  l1,
  l2,
  bulk,
  codec,
  commands,
  stampede,
  invalidation,
  breaker,
  memory,
  http,
  mixed,
  scale,
]
