import { describe, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { cacheConformance, fakeRedis, manualClock } from '../../src/testing/index.ts'

describe('in this process only', () => {
  cacheConformance(test, options => createCache(options))
})

describe('memory over the stand-in', () => {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  cacheConformance(test, options => createCache({ ...options, redis, clock }))
})

describe('the stand-in without memory in front', () => {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  cacheConformance(test, options => createCache({ ...options, redis, clock, memory: false }))
})

describe('memory over sixteen partitions of the stand-in', () => {
  const clock = manualClock()
  const redis = fakeRedis({ clock, partitions: 16 })
  cacheConformance(test, options => createCache({ ...options, redis, clock }))
})
