import assert = require('node:assert/strict')

import core = require('@tiercache/core')

interface User {
  name: string
}

async function main(): Promise<void> {
  const url = process.env['REDIS_URL']
  const cache = core.createCache(url ? { redis: url, namespace: 'outside-cts' } : {})
  const user: User = await cache.getOrSet(['user', 1], async (): Promise<User> => ({ name: 'Ada' }))
  assert.equal(user.name, 'Ada')
  await cache.close()
}

void main()
