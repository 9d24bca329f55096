import type {} from '@tiercache/redis-server/global-setup'
import { createCache } from '@tiercache/core'
import { httpConformance } from '@tiercache/http/testing'
import { inject, test } from 'vitest'
import { start, unseen } from './support/start.ts'

httpConformance({
  test,
  start,
  skip: unseen,
  cache: options => createCache({ ...options, redis: inject('redisUrl') }),
})
