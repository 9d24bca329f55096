import assert from 'node:assert/strict'
import { type CacheTest, counted } from './cache-world.ts'

export function bulkTests(test: CacheTest): void {
  test('getMany answers in the order of the keys, duplicates and gaps included', async cache => {
    await cache.setMany([
      ['a', 1],
      [['b', 2], 2],
    ])
    assert.deepEqual(await cache.getMany(['b:2', 'none', 'a', 'b:2']), [2, undefined, 1, 2])
    assert.deepEqual(await cache.getMany([]), [])
  })

  test('getOrSetMany loads what is missing in one call, each key once, and answers in order', async cache => {
    await cache.set('b', 'had')
    const asked: string[][] = []
    const load = (keys: string[]): string[] => {
      asked.push(keys)
      return keys.map(key => `loaded ${key}`)
    }
    const values = await cache.getOrSetMany(['a', 'b', 'c', 'a'], load)
    assert.deepEqual(values, ['loaded a', 'had', 'loaded c', 'loaded a'])
    assert.deepEqual(asked, [['a', 'c']])
    assert.deepEqual(await cache.getMany(['a', 'b', 'c']), ['loaded a', 'had', 'loaded c'])
    assert.deepEqual(await cache.getOrSetMany(['a', 'b', 'c'], load), ['loaded a', 'had', 'loaded c'])
    assert.equal(asked.length, 1)
  })

  test('getOrSetMany takes a Map by key, in which what is absent is not there', async cache => {
    const values = await cache.getOrSetMany(['a', 'b'], () => new Map([['b', 2]]))
    assert.deepEqual(values, [undefined, 2])
    assert.deepEqual(await cache.getMany(['a', 'b']), [undefined, 2])
  })

  test('getOrSetMany and getOrSet of one key share one load', async cache => {
    const one = counted('one')
    const single = cache.getOrSet('a', one)
    const many = await cache.getOrSetMany(['a', 'b'], keys => keys.map(key => `many ${key}`))
    assert.deepEqual([await single, ...many], ['one', 'one', 'many b'])
    assert.equal(one.calls, 1)
  })

  test('an error of a bulk loader rejects as it was thrown, and a wrong number of values is E_VALUE', async cache => {
    const error = new Error('no database')
    const failing = cache.getOrSetMany(['a', 'b'], () => Promise.reject(error))
    await assert.rejects(failing, thrown => thrown === error)
    await assert.rejects(
      cache.getOrSetMany(['a', 'b'], () => [1]),
      { code: 'E_VALUE' },
    )
  })

  test('what is deleted while a bulk load runs is not kept', async cache => {
    const rows = Promise.withResolvers<string[]>()
    const started = Promise.withResolvers<void>()
    const loading = cache.getOrSetMany(['a', 'b'], () => {
      started.resolve()
      return rows.promise
    })
    await started.promise
    await cache.delete('a')
    rows.resolve(['old a', 'b'])
    assert.deepEqual(await loading, ['old a', 'b'])
    await cache.idle()
    assert.deepEqual(await cache.getMany(['a', 'b']), [undefined, 'b'])
  })
}
