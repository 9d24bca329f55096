import { startRedis } from '@tiercache/redis-server'
import { expect, test } from 'vitest'
import { flood } from '../../src/security/bus.ts'
import { FORGERIES } from '../../src/security/forger.ts'

test('forged messages take values away, and nothing else', { timeout: 60_000 }, async () => {
  const redis = await startRedis()
  try {
    const forgeries = FORGERIES.map(one => ({ ...one, count: one.count / 10 }))
    const { floods, problems } = await flood(redis.url, forgeries, () => {})
    expect(problems).toEqual([])
    expect(floods.filter(({ problem }) => problem !== undefined)).toEqual([])
    // They did arrive.
    expect(floods.some(({ dropped }) => dropped > 0)).toBe(true)
  } finally {
    await redis.stop()
  }
})
