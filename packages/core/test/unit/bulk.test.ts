import { describe, expect, test, vi } from 'vitest'
import type { Key } from '../../src/index.ts'
import { handCache, rejectionOf, settled } from './support.ts'

const upper = (keys: string[]): string[] => keys.map(key => key.toUpperCase())

describe('many keys at once', () => {
  test('values come in the order of the keys, duplicates and absent ones included', async () => {
    const { cache } = handCache()
    await cache.setMany<unknown>([
      ['a', 0],
      ['b', null],
      [['c', 1], ''],
    ] satisfies [Key, unknown][])
    expect(await cache.getMany(['b', 'none', 'a', ['c', 1], 'b'])).toStrictEqual([
      null,
      undefined,
      0,
      '',
      null,
    ])
    expect(await cache.getMany([])).toStrictEqual([])
  })

  test('several values are stored in one step, with the options of one', async () => {
    const { cache } = handCache()
    const result = await cache.setMany(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      { ttl: '1m', tags: ['t'] },
    )
    expect([result.status, cache.stats().sets]).toStrictEqual(['committed', 2])
    expect(await cache.getEntry('b')).toMatchObject({ value: 2, ttlMs: 60_000, tags: ['t'] })
    await cache.deleteByTag('t')
    expect(await cache.getMany(['a', 'b'])).toStrictEqual([undefined, undefined])
  })

  test('what cannot be a list of keys is refused', async () => {
    const { cache } = handCache()
    for (const call of [
      () => cache.getMany('a' as never),
      () => cache.getOrSetMany('a' as never, () => []),
      () => cache.deleteMany('a' as never),
    ]) {
      expect(await rejectionOf((async () => call())())).toMatchObject({ code: 'E_KEY', path: 'keys' })
    }
  })
})

describe('loading what is missing', () => {
  test('is one call with the missing keys alone, each once, as they were given', async () => {
    const { cache } = handCache()
    await cache.set('b', 'cached')
    const load = vi.fn((keys: Key[]) => keys.map(key => `loaded ${JSON.stringify(key)}`))
    const part: Key = ['d', 1]
    expect(await cache.getOrSetMany(['a', 'b', 'c', 'a', part], load)).toStrictEqual([
      'loaded "a"',
      'cached',
      'loaded "c"',
      'loaded "a"',
      'loaded ["d",1]',
    ])
    expect(load.mock.calls).toStrictEqual([[['a', 'c', part]]])
    expect(await cache.getOrSetMany(['a', 'b', 'c', part], load)).toStrictEqual([
      'loaded "a"',
      'cached',
      'loaded "c"',
      'loaded ["d",1]',
    ])
    expect(load).toHaveBeenCalledOnce()
  })

  test('is no call where nothing is missing', async () => {
    const { cache } = handCache()
    const load = vi.fn(upper)
    expect(await cache.getOrSetMany([], load)).toStrictEqual([])
    await cache.set('a', 1)
    expect(await cache.getOrSetMany(['a'], load)).toStrictEqual([1])
    expect(load).not.toHaveBeenCalled()
  })

  test('may be answered by a map, and with undefined where there is none', async () => {
    const { cache } = handCache()
    const load = vi.fn(() => new Map([['b', 2]]))
    expect(await cache.getOrSetMany(['a', 'b'], load)).toStrictEqual([undefined, 2])
    expect(await cache.getOrSetMany(['a', 'b'], () => [undefined])).toStrictEqual([undefined, 2])
  })

  test.each([[['x']], [[]], [undefined], [null], [{ a: 1 }], ['xy']])(
    '%o is no answer for two keys',
    async answer => {
      const { cache } = handCache()
      expect(await rejectionOf(cache.getOrSetMany(['a', 'b'], () => answer as never))).toMatchObject({
        code: 'E_VALUE',
        path: 'loadMissing',
      })
      expect(await cache.getMany(['a', 'b'])).toStrictEqual([undefined, undefined])
    },
  )

  test('that fails rejects with its error, and the next call loads again', async () => {
    const { cache } = handCache()
    const mine = new Error('down')
    await expect(cache.getOrSetMany(['a', 'b'], () => Promise.reject(mine))).rejects.toBe(mine)
    expect(await cache.getOrSetMany(['a', 'b'], upper)).toStrictEqual(['A', 'B'])
  })

  test('has the promises of one key: options, tags, a stale value for a loader that fails', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    await cache.getOrSetMany(['a', 'b'], upper, { tags: ['t'], ttl: '2m' })
    expect(await cache.getEntry('a')).toMatchObject({ tags: ['t'], ttlMs: 120_000 })
    await clock.pass(120_000)
    expect(await cache.getOrSetMany(['a', 'b'], () => Promise.reject(new Error('down')))).toStrictEqual([
      'A',
      'B',
    ])
    await cache.deleteByTag('t')
    await expect(cache.getOrSetMany(['a', 'b'], () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    )
    expect((await rejectionOf(cache.getOrSetMany(['a'], upper, { tll: 1 } as never))).code).toBe('E_OPTION')
  })

  test('with fresh loads all of them, and stores them', async () => {
    const { cache } = handCache()
    await cache.set('a', 'old')
    const load = vi.fn(upper)
    expect(await cache.getOrSetMany(['a', 'b'], load, { fresh: true })).toStrictEqual(['A', 'B'])
    expect(load.mock.calls).toStrictEqual([[['a', 'b']]])
    expect(await cache.get('a')).toBe('A')
  })

  test('with swr answers with what is stale and refreshes all of it in one call', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m', swr: true })
    await cache.setMany([
      ['a', 'old'],
      ['b', 'old'],
    ])
    await clock.pass(60_000)
    const load = vi.fn(upper)
    expect(await cache.getOrSetMany(['a', 'b'], load)).toStrictEqual(['old', 'old'])
    await cache.idle()
    expect(await cache.getMany(['a', 'b'])).toStrictEqual(['A', 'B'])
    expect(load.mock.calls).toStrictEqual([[['a', 'b']]])
  })

  test('with refreshAhead refreshes what is due in one call', async () => {
    const { cache, clock } = handCache({ ttl: 1000, refreshAhead: 0.5 })
    await cache.setMany([
      ['a', 'old'],
      ['b', 'old'],
    ])
    await clock.pass(600)
    const load = vi.fn(upper)
    expect(await cache.getOrSetMany(['a', 'b'], load)).toStrictEqual(['old', 'old'])
    await cache.idle()
    expect(await cache.getMany(['a', 'b'])).toStrictEqual(['A', 'B'])
    expect(load.mock.calls).toStrictEqual([[['a', 'b']]])
  })
})

describe('side by side', () => {
  test('a key that somebody loads already is waited for, the others are loaded at once', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<string>()
    const single = cache.getOrSet('a', () => value.promise)
    const load = vi.fn(upper)
    const many = cache.getOrSetMany(['a', 'b'], load)
    await settled()
    expect(load.mock.calls).toStrictEqual([[['b']]])
    value.resolve('single')
    expect([await single, await many]).toStrictEqual(['single', ['single', 'B']])
  })

  test('two calls that overlap load each key once', async () => {
    const { cache } = handCache()
    const load = vi.fn(async (keys: string[]) => {
      await settled()
      return upper(keys)
    })
    const both = await Promise.all([
      cache.getOrSetMany(['a', 'b'], load),
      cache.getOrSetMany(['b', 'c'], load),
      cache.getOrSet('c', () => 'single'),
    ])
    expect(both).toStrictEqual([['A', 'B'], ['B', 'C'], 'C'])
    expect(load.mock.calls.flat(2).toSorted()).toStrictEqual(['a', 'b', 'c'])
  })

  test('one that waits for a load that fails fails with it, and the others are stored', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<string>()
    const single = cache.getOrSet('a', () => value.promise)
    const many = cache.getOrSetMany(['a', 'b'], upper)
    const outcomes = Promise.allSettled([single, many])
    await settled()
    value.reject(new Error('down'))
    expect((await outcomes).map(one => one.status)).toStrictEqual(['rejected', 'rejected'])
    expect(await cache.get('b')).toBe('B')
  })

  test('a key deleted meanwhile is not kept, and a call since then loads anew', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<string[]>()
    const before = cache.getOrSetMany(['a', 'b'], () => value.promise)
    await settled()
    await cache.delete('a')
    const since = cache.getOrSetMany(['a', 'b'], upper)
    await settled()
    value.resolve(['old', 'old'])
    expect([await before, await since]).toStrictEqual([
      ['old', 'old'],
      ['A', 'old'],
    ])
    expect(await cache.getMany(['a', 'b'])).toStrictEqual(['A', 'old'])
  })

  test('the deadline holds for them all, and what comes late is stored', async () => {
    const { cache, clock } = handCache({ timeouts: { hard: '1s' } })
    const value = Promise.withResolvers<string[]>()
    const waiting = rejectionOf(cache.getOrSetMany(['a', 'b'], () => value.promise))
    await clock.pass(1000)
    expect((await waiting).code).toBe('E_TIMEOUT')
    value.resolve(['A', 'B'])
    await cache.idle()
    expect(await cache.getMany(['a', 'b'])).toStrictEqual(['A', 'B'])
  })
})
