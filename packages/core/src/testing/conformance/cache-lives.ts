import assert from 'node:assert/strict'
import { type CacheTest, counted } from './cache-world.ts'

export function lifeTests(test: CacheTest): void {
  test(
    'the ttl of a call goes over that of the type, and that over the default',
    async cache => {
      await cache.set('other', 1)
      await cache.set('user:1', 1)
      await cache.set('user:2', 1, { ttl: '10s' })
      const ttls = await Promise.all(['other', 'user:1', 'user:2'].map(key => cache.getEntry(key)))
      const limits = [300_000, 60_000, 10_000]
      for (const [i, entry] of ttls.entries()) {
        const ttlMs = entry?.ttlMs ?? 0
        assert.ok(ttlMs > (limits[i] ?? 0) - 5000 && ttlMs <= (limits[i] ?? 0), `${i}: ${ttlMs}`)
      }
    },
    { types: { user: '1m' }, jitter: 0 },
  )

  test(
    'null lives as long as negativeTtl says',
    async cache => {
      await cache.getOrSet('a', counted(null))
      const entry = await cache.getEntry('a')
      assert.ok(entry !== undefined && entry.ttlMs > 0 && entry.ttlMs <= 5000)
    },
    { negativeTtl: '5s', jitter: 0 },
  )

  test(
    'a ttl may be a function of the value',
    async cache => {
      await cache.set('a', { seconds: 7 }, { ttl: ({ seconds }) => seconds * 1000 })
      const entry = await cache.getEntry('a')
      assert.ok(entry !== undefined && entry.ttlMs > 0 && entry.ttlMs <= 7000)
    },
    { jitter: 0 },
  )

  test('options that cannot be reject at once, naming what is wrong', async cache => {
    for (const ttl of [0, -1, Number.NaN, '5 minutes'])
      await assert.rejects(cache.set('a', 1, { ttl: ttl as number }), { code: 'E_TTL' })
    await assert.rejects(
      cache.getOrSet('a', () => 1, { tll: 5 } as object),
      { code: 'E_OPTION', path: 'tll' },
    )
    await assert.rejects(
      cache.getOrSet('a', () => 1, { swr: true }),
      { code: 'E_OPTION', path: 'swr' },
    )
  })

  test('stats, health and explain tell of both tiers', async cache => {
    await cache.set('a', 1)
    await cache.get('a')
    await cache.get('none')
    const { hits, misses, hitRate, sets } = cache.stats()
    assert.deepEqual([hits, misses, hitRate, sets], [1, 1, 0.5, 1])
    const { status } = await cache.health()
    assert.equal(status, 'healthy')
    assert.equal((await cache.explain('none')).answer, 'miss')
  })

  test('a closed cache rejects with E_CLOSED, and closes again without a word', async cache => {
    await cache.close()
    await cache.close()
    await assert.rejects(cache.get('a'), { code: 'E_CLOSED' })
    await assert.rejects(cache.set('a', 1), { code: 'E_CLOSED' })
    await assert.rejects(
      cache.getOrSet('a', () => 1),
      { code: 'E_CLOSED' },
    )
  })
}
