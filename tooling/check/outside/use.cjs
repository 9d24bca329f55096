const assert = require('node:assert/strict')

const { createCache } = require('@tiercache/core')

async function main() {
  const cache = createCache(
    process.env.REDIS_URL ? { redis: process.env.REDIS_URL, namespace: 'outside-cjs' } : {},
  )
  const load = async () => ({ name: 'Ada' })
  assert.deepEqual(await cache.getOrSet(['user', 1], load), { name: 'Ada' })
  assert.deepEqual(await cache.get('user:1'), { name: 'Ada' })
  await cache.clear()
  assert.equal(await cache.get('user:1'), undefined)
  await cache.close()
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
