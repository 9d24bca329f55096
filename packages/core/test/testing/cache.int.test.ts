import type {} from '@tiercache/redis-server/global-setup'
import { describe, inject, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { cacheConformance } from '../../src/testing/index.ts'

describe('memory over Redis', () => {
  cacheConformance(test, options => createCache({ ...options, redis: inject('redisUrl') }))
})

describe('Redis without memory in front', () => {
  cacheConformance(test, options => createCache({ ...options, redis: inject('redisUrl'), memory: false }))
})
