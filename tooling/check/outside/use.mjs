import assert from 'node:assert/strict'

import { createCache } from '@tiercache/core'

const cache = createCache(
  process.env.REDIS_URL ? { redis: process.env.REDIS_URL, namespace: 'outside-esm' } : {},
)
const load = async () => ({ name: 'Ada' })
assert.deepEqual(await cache.getOrSet(['user', 1], load), { name: 'Ada' })
assert.deepEqual(await cache.get('user:1'), { name: 'Ada' })
await cache.clear()
assert.equal(await cache.get('user:1'), undefined)
await cache.close()
