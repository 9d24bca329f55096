import assert from 'node:assert/strict'
import { type CacheTest, counted } from './cache-world.ts'

export function loadTests(test: CacheTest): void {
  test('a value is loaded once, and then served', async cache => {
    const load = counted('value')
    assert.equal(await cache.getOrSet('a', load), 'value')
    assert.equal(await cache.getOrSet('a', load), 'value')
    assert.equal(await cache.get('a'), 'value')
    assert.equal(load.calls, 1)
  })

  test('all who ask at the same time share one load', async cache => {
    const load = counted('value')
    const values = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet('a', load)))
    assert.deepEqual(
      values,
      Array.from({ length: 50 }, () => 'value'),
    )
    assert.equal(load.calls, 1)
  })

  test('the loader’s own error reaches everybody who asked, as it was thrown, and is not remembered', async cache => {
    const error = new Error('no database')
    const fail = (): never => {
      throw error
    }
    const outcomes = await Promise.allSettled([cache.getOrSet('a', fail), cache.getOrSet('a', fail)])
    for (const outcome of outcomes) assert.ok(outcome.status === 'rejected' && outcome.reason === error)
    assert.equal(await cache.getOrSet('a', counted('value')), 'value')
  })

  test('a loader is told its key and may set tags and lifetime, or skip storing', async cache => {
    await cache.getOrSet(
      ['a', 1],
      context => {
        assert.deepEqual(context.key, ['a', 1])
        assert.equal(context.stale, undefined)
        context.setTags(['t'])
        context.setTtl('10s')
        return 1
      },
      { jitter: 0 },
    )
    const entry = await cache.getEntry('a:1')
    assert.ok(entry !== undefined && entry.ttlMs <= 10_000)
    assert.deepEqual(entry.tags, ['t'])
    const skipping = await cache.getOrSet('b', context => {
      context.skip()
      return 2
    })
    assert.equal(skipping, 2)
    assert.equal(await cache.get('b'), undefined)
  })

  test('fresh reads past the cache and stores what it loads', async cache => {
    await cache.set('a', 'old')
    assert.equal(await cache.getOrSet('a', counted('new'), { fresh: true }), 'new')
    await cache.idle()
    assert.equal(await cache.get('a'), 'new')
  })

  test('a delete during a load wins: who asks after it never gets the old value', async cache => {
    const row = Promise.withResolvers<string>()
    const started = Promise.withResolvers<void>()
    const before = cache.getOrSet('a', () => {
      started.resolve()
      return row.promise
    })
    await started.promise
    await cache.delete('a')
    assert.equal(await cache.getOrSet('a', counted('new')), 'new')
    row.resolve('old')
    assert.equal(await before, 'old')
    await cache.idle()
    assert.equal(await cache.get('a'), 'new')
  })

  for (const [by, invalidate] of [
    ['tag', (cache: Parameters<Parameters<CacheTest>[1]>[0]) => cache.deleteByTag('t')],
    ['prefix', (cache: Parameters<Parameters<CacheTest>[1]>[0]) => cache.deleteByPrefix('a')],
    ['clear', (cache: Parameters<Parameters<CacheTest>[1]>[0]) => cache.clear()],
  ] as const) {
    test(`a delete by ${by} during a load wins too`, async cache => {
      const row = Promise.withResolvers<string>()
      const started = Promise.withResolvers<void>()
      const before = cache.getOrSet(
        ['a', 1],
        () => {
          started.resolve()
          return row.promise
        },
        { tags: ['t'] },
      )
      await started.promise
      await invalidate(cache)
      const after = cache.getOrSet(['a', 1], counted('new'), { tags: ['t'] })
      row.resolve('old')
      assert.deepEqual(await Promise.all([before, after]), ['old', 'new'])
      await cache.idle()
      assert.equal(await cache.get(['a', 1]), 'new')
    })
  }

  test('a wrapped function is called once per arguments, until they are invalidated', async cache => {
    let calls = 0
    const square = cache.wrap(async (n: number) => ++calls && n * n, { name: 'square' })
    assert.deepEqual([await square(3), await square(3), await square(4)], [9, 9, 16])
    assert.equal(calls, 2)
    await square.invalidate(3)
    assert.equal(await square(3), 9)
    assert.equal(calls, 3)
    assert.equal(await square.fresh(3), 9)
    assert.equal(calls, 4)
  })
}
