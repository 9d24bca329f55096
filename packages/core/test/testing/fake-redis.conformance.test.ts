import { describe, test } from 'vitest'
import { fakeRedis, manualClock, storeConformance } from '../../src/testing/index.ts'

const clock = manualClock()
const redis = fakeRedis({ clock })

describe('the stand-in keeps the protocol', () => {
  storeConformance(test, {
    open: options => redis.openStore({ ...options, clock, deadlineMs: 1000 }),
    pass: ms => clock.advance(ms),
    flush: () => redis.flush(),
    loseLog: () => redis.loseLog(),
    loseMeta: () => redis.loseMeta(),
    full: full => redis.full(full),
  })
})
