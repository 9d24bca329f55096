import assert from 'node:assert/strict'

import { createCache } from '@tiercache/core'
import * as testing from '@tiercache/core/testing'

interface User {
  name: string
}

const url = process.env['REDIS_URL']
const cache = createCache(url ? { redis: url, namespace: 'outside-mts' } : {})
const user: User = await cache.getOrSet(['user', 1], async (): Promise<User> => ({ name: 'Ada' }))
assert.equal(user.name, 'Ada')
assert.equal(typeof testing, 'object')
await cache.close()
