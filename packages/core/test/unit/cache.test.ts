import { describe, expect, test, vi } from 'vitest'
import { createCache, type Key } from '../../src/index.ts'
import { counter, errorOf, handCache, rejectionOf, settled } from './support.ts'

describe('values', () => {
  test.each([[0], [''], [false], [null], [Number.NaN], [[]], [{}], [0n]])(
    '%o is a value like any other',
    async value => {
      const { cache } = handCache()
      await cache.set('k', value)
      expect(await cache.get('k')).toBe(value)
      expect(cache.getSync('k')).toBe(value)
      expect(await cache.has('k')).toBe(true)
      const load = vi.fn(() => value)
      await cache.getOrSet('l', load)
      expect(await cache.getOrSet('l', load)).toBe(value)
      expect(load).toHaveBeenCalledOnce()
    },
  )

  test('undefined means absent: a load that gives it stores nothing, and it cannot be set', async () => {
    const { cache } = handCache()
    const load = vi.fn(() => undefined)
    expect(await cache.getOrSet('k', load)).toBe(undefined)
    expect(await cache.getOrSetEntry('k', load)).toBe(undefined)
    expect(load).toHaveBeenCalledTimes(2)
    expect(await cache.has('k')).toBe(false)
    await cache.set('k', 1)
    expect(
      await rejectionOf(
        cache.setMany([
          ['k', 2],
          ['l', undefined],
        ]),
      ),
    ).toMatchObject({ code: 'E_VALUE', path: 'value' })
    expect(await cache.getMany(['k', 'l'])).toStrictEqual([1, undefined])
  })

  test('null has its own ttl where one is given', async () => {
    const { cache, clock } = handCache({ ttl: '5m', negativeTtl: '1s' })
    await cache.getOrSet('k', () => null)
    await cache.set('zero', 0)
    await clock.pass(999)
    expect(await cache.get('k')).toBe(null)
    await clock.pass(1)
    expect([await cache.get('k'), await cache.get('zero')]).toStrictEqual([undefined, 0])
  })

  test('an entry tells where it came from, how old it is and how long it lasts', async () => {
    const { cache, clock } = handCache({ ttl: '1m' })
    const options = { tags: ['t'] }
    expect(await cache.getOrSetEntry('k', () => 'v', options)).toStrictEqual({
      value: 'v',
      tier: 'load',
      stale: false,
      ageMs: 0,
      ttlMs: 60_000,
      tags: ['t'],
    })
    await clock.pass(10_000)
    const entry = { value: 'v', tier: 'memory', stale: false, ageMs: 10_000, ttlMs: 50_000, tags: ['t'] }
    expect(await cache.getEntry('k')).toStrictEqual(entry)
    expect(await cache.getOrSetEntry('k', () => 'new', options)).toStrictEqual(entry)
    expect(await cache.getEntry('absent')).toBe(undefined)
  })
})

describe('keys', () => {
  test.each<[string, unknown]>([
    ['empty', ''],
    ['no parts', []],
    ['a number', 5],
    ['a lone surrogate', '\ud800'],
    ['a part that is undefined', ['a', undefined]],
  ])('every method rejects one that cannot be: %s', async (_, bad) => {
    const { cache } = handCache()
    const key = bad as Key
    const calls = [
      () => cache.get(key),
      () => cache.getEntry(key),
      () => cache.has(key),
      () => cache.getOrSet(key, () => 1),
      () => cache.getOrSetEntry(key, () => 1),
      () => cache.set(key, 1),
      () => cache.getMany([key]),
      () => cache.setMany([[key, 1]]),
      () => cache.getOrSetMany([key], () => [1]),
      // An empty list of keys is no bad key: there is nothing to delete.
      () => (Array.isArray(bad) && bad.length === 0 ? cache.deleteMany([key]) : cache.delete(key)),
      () => cache.deleteMany([key]),
      () => (Array.isArray(bad) && bad.length === 0 ? cache.deleteMany([key]) : cache.expire(key)),
      () => cache.deleteByPrefix(key),
      () => cache.explain(key),
    ]
    for (const call of calls) {
      const promise = call()
      expect(promise).toBeInstanceOf(Promise)
      expect((await rejectionOf(promise)).code).toBe('E_KEY')
    }
  })

  test('an empty list of keys deletes nothing', async () => {
    const { cache } = handCache()
    expect((await cache.delete([])).status).toBe('committed')
    expect((await cache.deleteMany([])).status).toBe('committed')
  })

  test('a key of parts and the text it prints as are one key; a part that looks like it is another', async () => {
    const { cache } = handCache()
    await cache.set(['user', 1], 'one')
    await cache.set(['user:1'], 'other')
    expect(await cache.getMany(['user:1', ['user', '1'], 'user%3A1', ['user:1']])).toStrictEqual([
      'one',
      'one',
      'other',
      'other',
    ])
  })

  test.each([
    ['__proto__'],
    ['constructor'],
    ['@shop:user:1'],
    ['#x'],
    ['%40x'],
    ['{a}'],
    ['a\nb'],
    ['x'.repeat(5000)],
  ])('%.20s is a key like any other', async key => {
    const { cache } = handCache()
    await cache.set(key, 'v')
    await cache.namespace('shop').set('user:1', 'theirs')
    expect([await cache.get(key), await cache.get([key])].includes('v')).toBe(true)
    expect(await cache.get(key)).toBe('v')
    await cache.delete(key)
    expect(await cache.get(key)).toBe(undefined)
    expect(await cache.namespace('shop').get('user:1')).toBe('theirs')
  })
})

describe('lifetimes', () => {
  test('a value is fresh for its ttl, and gone at its end', async () => {
    const { cache, clock } = handCache({ ttl: '1m' })
    await cache.set('k', 1)
    await cache.set('short', 1, { ttl: '1s' })
    await clock.pass(999)
    expect([cache.getSync('k'), cache.getSync('short')]).toStrictEqual([1, 1])
    await clock.pass(1)
    expect([cache.getSync('k'), cache.getSync('short')]).toStrictEqual([1, undefined])
    await clock.pass(59_000)
    expect([await cache.get('k'), await cache.getEntry('k')]).toStrictEqual([undefined, undefined])
  })

  test('jitter shortens it by chance, by its share at most', async () => {
    const { cache, clock } = handCache({ ttl: 1000, jitter: 0.2, random: () => 0.5 })
    await cache.set('k', 1)
    expect((await cache.getEntry('k'))?.ttlMs).toBe(900)
    await clock.pass(900)
    expect(await cache.get('k')).toBe(undefined)
  })

  test('of the call, of the type, of the namespace, of the cache: in this order', async () => {
    const { cache } = handCache({ ttl: 4000, types: { user: 2000 } })
    const child = cache.namespace('a', { ttl: 3000 })
    const ttlOf = async (entry: ReturnType<typeof cache.getEntry>): Promise<number | undefined> =>
      (await entry)?.ttlMs
    await child.set('user:1', 1, { ttl: 1000 })
    await child.set('user:2', 1)
    await child.set('job:1', 1)
    await cache.set('job:1', 1)
    expect(
      await Promise.all(
        [
          child.getEntry('user:1'),
          child.getEntry('user:2'),
          child.getEntry('job:1'),
          cache.getEntry('job:1'),
        ].map(ttlOf),
      ),
    ).toStrictEqual([1000, 2000, 3000, 4000])
  })

  test('by a function of the value', async () => {
    const { cache, clock } = handCache()
    const contexts: unknown[] = []
    const ttl = (value: number, context: unknown): number => {
      contexts.push(context)
      return value
    }
    await cache.set('k', 1000, { ttl, tags: ['t'] })
    await cache.getOrSet(
      'l',
      async () => {
        await clock.pass(7)
        return 2000
      },
      { ttl },
    )
    expect([(await cache.getEntry('k'))?.ttlMs, (await cache.getEntry('l'))?.ttlMs]).toStrictEqual([
      993, 2000,
    ])
    expect(contexts).toStrictEqual([
      { key: 'k', tags: ['t'], loadMs: 0, notModified: false, previous: undefined },
      { key: 'l', tags: [], loadMs: 7, notModified: false, previous: undefined },
    ])
    const error = await rejectionOf(cache.getOrSet('m', () => 1, { ttl: () => 'never' as never }))
    expect([error.code, await cache.get('m')]).toStrictEqual(['E_TTL', undefined])
  })
})

describe('a loader', () => {
  test('is called once for all who ask at the same time', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<number>()
    const load = vi.fn(() => value.promise)
    const all = [
      cache.getOrSet('k', load),
      cache.getOrSet('k', load),
      cache.getOrSetEntry('k', load).then(entry => entry?.value),
      cache.getOrSetMany(['k'], load as never).then(([one]) => one),
    ]
    await settled()
    value.resolve(7)
    expect(await Promise.all(all)).toStrictEqual([7, 7, 7, 7])
    expect(load).toHaveBeenCalledOnce()
  })

  test('a get that waits for a load under way is no reason to load, and sees no value', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<number>()
    const loading = cache.getOrSet('k', () => value.promise)
    expect(await cache.get('k')).toBe(undefined)
    value.resolve(7)
    await loading
    expect(await cache.get('k')).toBe(7)
  })

  test('that throws rejects all who wait with its error as it was, and nothing is stored', async () => {
    const { cache } = handCache()
    const mine = { any: 'thing' }
    const { load, calls } = counter()
    const fails = (): never => {
      load()
      throw mine
    }
    const outcomes = await Promise.allSettled([cache.getOrSet('k', fails), cache.getOrSet('k', fails)])
    expect(outcomes.map(one => one.status === 'rejected' && one.reason === mine)).toStrictEqual([true, true])
    expect(calls()).toBe(1)
    expect(await cache.getOrSet('k', () => 'next')).toBe('next')
  })

  test('is told key, signal and the stale value', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    await cache.set(['user', 1], 'old')
    await clock.pass(60_000)
    const seen = await cache.getOrSet(['user', 1], ({ key, signal, stale }) => [key, signal.aborted, stale])
    expect(seen).toStrictEqual([['user', 1], false, 'old'])
    expect(await cache.getOrSet('k', ({ stale }) => [stale])).toStrictEqual([undefined])
  })

  test('may say that its value is not to be stored', async () => {
    const { cache } = handCache()
    const { load } = counter()
    const once = (): Promise<number> => cache.getOrSet('k', ({ skip }) => (skip(), load()))
    expect([await once(), await once(), await cache.get('k')]).toStrictEqual([1, 2, undefined])
    expect(cache.stats().fenced).toBe(0)
  })

  test('may say that the stale value is as good as new', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    await cache.set('k', null)
    await clock.pass(60_000)
    expect(await cache.getOrSet<unknown>('k', ({ notModified }) => notModified())).toBe(null)
    expect(await cache.getEntry('k')).toMatchObject({ value: null, stale: false, ttlMs: 60_000 })
    expect((await rejectionOf(cache.getOrSet('absent', ({ notModified }) => notModified()))).code).toBe(
      'E_VALUE',
    )
  })

  test('may decide ttl, tags and grace', async () => {
    const { cache, clock } = handCache()
    await cache.getOrSet(
      'k',
      ({ setTtl, setTags, setGrace }) => {
        setTtl('1s')
        setGrace('1s')
        setTags(['mine'])
        return 1
      },
      { tags: ['theirs'] },
    )
    expect(await cache.getEntry('k')).toMatchObject({ ttlMs: 1000, tags: ['mine'] })
    await cache.deleteByTag('theirs')
    expect(cache.getSync('k')).toBe(1)
    await clock.pass(1500)
    expect(await cache.getEntry('k')).toMatchObject({ value: 1, stale: true })
    await cache.deleteByTag('mine')
    expect(await cache.getEntry('k')).toBe(undefined)
  })

  test('that decides badly fails its call, and nothing is stored', async () => {
    const { cache } = handCache()
    const error = await rejectionOf(cache.getOrSet('k', ({ setTtl }) => (setTtl('soon' as never), 1)))
    expect([error.code, await cache.get('k')]).toStrictEqual(['E_TTL', undefined])
  })

  test('is asked again with fresh, whatever is stored, and its value is stored', async () => {
    const { cache } = handCache()
    const { load } = counter()
    expect([
      await cache.getOrSet('k', load),
      await cache.getOrSet('k', load, { fresh: true }),
      await cache.get('k'),
    ]).toStrictEqual([1, 2, 2])
    expect((await cache.getOrSetEntry('k', load, { fresh: true }))?.value).toBe(3)
  })

  test('with fresh does not join a load that began before it, and wins over it', async () => {
    const { cache } = handCache()
    const old = Promise.withResolvers<string>()
    const first = cache.getOrSet('k', () => old.promise)
    await settled()
    expect(await cache.getOrSet('k', () => 'new', { fresh: true })).toBe('new')
    old.resolve('old')
    expect([await first, await cache.get('k')]).toStrictEqual(['old', 'new'])
  })

  test('that fails with fresh leaves what was stored', async () => {
    const { cache } = handCache()
    await cache.set('k', 'old')
    await expect(
      cache.getOrSet('k', () => Promise.reject(new Error('down')), { fresh: true }),
    ).rejects.toThrow('down')
    expect(await cache.get('k')).toBe('old')
  })

  test('must be a function', async () => {
    const { cache } = handCache()
    expect(await rejectionOf(cache.getOrSet('k', 'value' as never))).toMatchObject({
      code: 'E_OPTION',
      path: 'load',
      value: 'value',
    })
    expect(await rejectionOf(cache.getOrSetMany(['k'], 'value' as never))).toMatchObject({
      code: 'E_OPTION',
      path: 'loadMissing',
    })
  })
})

describe('stale values', () => {
  test('a get does not see one, an entry does and says so, until the grace ends', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    await cache.set('k', 'v')
    await clock.pass(60_000)
    expect([await cache.get('k'), cache.getSync('k'), await cache.has('k')]).toStrictEqual([
      undefined,
      undefined,
      false,
    ])
    expect(await cache.getMany(['k'])).toStrictEqual([undefined])
    expect(await cache.getEntry('k')).toMatchObject({ value: 'v', stale: true, ttlMs: 0, ageMs: 60_000 })
    await clock.pass(60_000)
    expect(await cache.getEntry('k')).toBe(undefined)
  })

  test('one stands in for a loader that fails, and not without grace', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    const fails = (): Promise<string> => Promise.reject(new Error('down'))
    await cache.set('k', 'v')
    await cache.set('none', 'v', { grace: 0 })
    await clock.pass(60_000)
    expect(await cache.getOrSet('k', fails)).toBe('v')
    expect(await cache.getOrSetEntry('k', fails)).toMatchObject({ value: 'v', stale: true })
    expect(await cache.getOrSetMany(['k'], () => Promise.reject(new Error('down')))).toStrictEqual(['v'])
    await expect(cache.getOrSet('none', fails)).rejects.toThrow('down')
    await clock.pass(60_000)
    await expect(cache.getOrSet('k', fails)).rejects.toThrow('down')
    expect(cache.stats().staleServed).toBe(3)
  })

  test('with swr one is answered at once and refreshed behind the answer, once for all', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m', swr: true })
    await cache.set('k', 'old')
    await clock.pass(60_000)
    const value = Promise.withResolvers<string>()
    const load = vi.fn(() => value.promise)
    expect(await Promise.all([cache.getOrSet('k', load), cache.getOrSet('k', load)])).toStrictEqual([
      'old',
      'old',
    ])
    expect(await cache.getOrSet('k', load)).toBe('old')
    value.resolve('new')
    await cache.idle()
    expect([await cache.getOrSet('k', load), load.mock.calls.length, cache.stats().refreshes]).toStrictEqual([
      'new',
      1,
      1,
    ])
  })

  test('a refresh that fails behind the answer is an event, not a rejection', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m', swr: true })
    const errors: unknown[] = []
    cache.on('load', ({ error }) => errors.push(error))
    await cache.set('k', 'old')
    await clock.pass(60_000)
    const mine = new Error('down')
    expect(await cache.getOrSet('k', () => Promise.reject(mine))).toBe('old')
    await cache.idle()
    expect([errors, cache.stats().loadErrors]).toStrictEqual([[mine], 1])
  })

  test('with refreshAhead a fresh one is refreshed once its share of the ttl has passed', async () => {
    const { cache, clock } = handCache({ ttl: 1000, refreshAhead: 0.8 })
    const { load, calls } = counter()
    await cache.getOrSet('k', load)
    await clock.pass(799)
    expect([await cache.getOrSet('k', load), calls()]).toStrictEqual([1, 1])
    await clock.pass(1)
    expect(await cache.getOrSet('k', load)).toBe(1)
    await cache.idle()
    expect([await cache.getOrSet('k', load), calls(), (await cache.getEntry('k'))?.ttlMs]).toStrictEqual([
      2, 2, 1000,
    ])
    await clock.pass(900)
    // Without a loader there is nothing to refresh with; the value is fresh all the same.
    expect(await cache.get('k')).toBe(2)
  })
})

describe('deadlines', () => {
  test('after the hard one the call ends; the load goes on and its value is stored', async () => {
    const { cache, clock } = handCache({ timeouts: { hard: '1s' } })
    const value = Promise.withResolvers<string>()
    const waiting = rejectionOf(cache.getOrSet('k', () => value.promise))
    await clock.pass(1000)
    expect(await waiting).toMatchObject({ code: 'E_TIMEOUT', path: 'timeouts.hard', value: 1000 })
    value.resolve('late')
    await cache.idle()
    expect(await cache.get('k')).toBe('late')
  })

  test('after the soft one a stale value stands in, if there is one', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m', timeouts: { soft: 100, hard: 1000 } })
    await cache.set('k', 'old')
    await clock.pass(60_000)
    const value = Promise.withResolvers<string>()
    const heard: unknown[] = []
    void cache.getOrSetEntry('k', () => value.promise).then(entry => heard.push(entry?.value, entry?.stale))
    void cache
      .getOrSet('absent', () => value.promise)
      .catch((error: { code: string }) => heard.push(error.code))
    await clock.pass(99)
    expect(heard).toStrictEqual([])
    await clock.pass(1)
    expect(heard).toStrictEqual(['old', true])
    await clock.pass(900)
    expect(heard).toStrictEqual(['old', true, 'E_TIMEOUT'])
    value.resolve('new')
    await cache.idle()
    expect(await cache.getMany(['k', 'absent'])).toStrictEqual(['new', 'new'])
  })

  test('a stale value whose grace ends meanwhile cannot stand in: the call waits until the hard one', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: 50, timeouts: { soft: 100, hard: 1000 } })
    await cache.set('k', 'old')
    await clock.pass(60_000)
    const value = Promise.withResolvers<string>()
    const waiting = cache.getOrSet('k', () => value.promise)
    await clock.pass(500)
    value.resolve('new')
    expect(await waiting).toBe('new')
  })

  test('a load that nobody can wait for any more is aborted and not stored, and the next one may begin', async () => {
    const { cache, clock } = handCache({ timeouts: { hard: '1s' } })
    const value = Promise.withResolvers<string>()
    let signal: AbortSignal | undefined
    const waiting = rejectionOf(
      cache.getOrSet('k', context => {
        signal = context.signal
        return value.promise
      }),
    )
    await clock.pass(2999)
    expect(signal?.aborted).toBe(false)
    await clock.pass(1)
    expect([signal?.aborted, (await waiting).code]).toStrictEqual([true, 'E_TIMEOUT'])
    expect(await cache.getOrSet('k', () => 'second')).toBe('second')
    value.resolve('zombie')
    await cache.idle()
    expect(await cache.get('k')).toBe('second')
  })

  test('no timer is left behind a load that ended', async () => {
    const { cache, clock } = handCache()
    await cache.getOrSet('k', () => 1)
    await cache.getOrSet('l', () => Promise.reject(new Error('x'))).catch(() => {})
    expect(clock.pending).toBe(0)
  })
})

describe('namespaces', () => {
  test('their keys never meet, whatever their names', async () => {
    const { cache } = handCache()
    const all = [
      cache,
      cache.namespace('a'),
      cache.namespace('a').namespace('b'),
      cache.namespace('a:b'),
      cache.namespace('@a'),
      cache.namespace('*'),
    ]
    for (const [i, one] of all.entries()) {
      await one.set('k', i)
      await one.set(['a', 'k'], i)
      await one.set('@a:k', i)
    }
    for (const [i, one] of all.entries()) {
      expect(await one.getMany(['k', 'a:k', '@a:k'])).toStrictEqual([i, i, i])
    }
  })

  test('the same name is the same namespace, and its name is its path', async () => {
    const { cache } = handCache()
    await cache.namespace('a').namespace('b').set('k', 1)
    const again = cache.namespace('a').namespace('b')
    expect([await again.get('k'), again.name, cache.name]).toStrictEqual([1, 'a/b', ''])
  })

  test('clear covers a namespace and its children, and nothing beside it', async () => {
    const { cache } = handCache()
    const a = cache.namespace('a')
    const all = [a, a.namespace('b'), cache, cache.namespace('ab'), cache.namespace('*')]
    for (const one of all) await one.set('a', 1)
    await a.clear()
    expect(await Promise.all(all.map(one => one.get('a')))).toStrictEqual([undefined, undefined, 1, 1, 1])
    await cache.namespace('*').clear()
    expect(await Promise.all(all.map(one => one.get('a')))).toStrictEqual([
      undefined,
      undefined,
      1,
      1,
      undefined,
    ])
    await cache.clear()
    expect(await Promise.all(all.map(one => one.get('a')))).toStrictEqual(Array.from(all, () => undefined))
  })

  test('a name that cannot be and options that do not belong there are refused at once', () => {
    const { cache } = handCache()
    expect(errorOf(() => cache.namespace(''))).toMatchObject({ code: 'E_KEY', path: 'namespace' })
    expect(errorOf(() => cache.namespace('a', { tags: ['t'] } as never))).toMatchObject({
      code: 'E_OPTION',
      path: "namespace('a').tags",
    })
    expect(errorOf(() => cache.namespace('a', { swr: true }))).toMatchObject({
      code: 'E_OPTION',
      path: "namespace('a').swr",
    })
  })
})

describe('what is told', () => {
  test('counts: all namespaces together for the root, its own for a namespace', async () => {
    const { cache } = handCache()
    const a = cache.namespace('a')
    await a.set('k', 1)
    await a.get('k')
    a.getSync('k')
    await cache.get('absent')
    await cache.getOrSet('l', () => 1)
    await cache.getOrSet('m', () => Promise.reject(new Error('x'))).catch(() => {})
    await cache.delete('l')
    expect(a.stats()).toMatchObject({ hits: 2, misses: 0, hitRate: 1, sets: 1, loads: 0 })
    expect(cache.stats()).toMatchObject({
      hits: 2,
      misses: 3,
      hitRate: 0.4,
      sets: 1,
      loads: 2,
      loadErrors: 1,
      memory: { hits: 2, entries: 1 },
      invalidations: { sent: 1, received: 0, deferred: 0 },
      breaker: 'closed',
      coherence: 'memory-only',
    })
    expect(createCache().stats().hitRate).toBe(0)
  })

  test('events: hits, misses, loads and what is stored', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    const heard: unknown[] = []
    for (const type of ['hit', 'miss', 'load', 'set'] as const)
      cache.on(type, event => heard.push([type, event]))
    await cache.namespace('a').getOrSet('k', async () => {
      await clock.pass(5)
      return 1
    })
    cache.namespace('a').getSync('k')
    await clock.pass(60_000)
    await cache.namespace('a').getEntry('k')
    expect(heard).toStrictEqual([
      ['miss', { key: '@a:k', ms: 0 }],
      ['load', { key: '@a:k', ms: 5 }],
      ['set', { key: '@a:k', redis: false }],
      ['hit', { key: '@a:k', tier: 'memory', stale: false, ms: 0 }],
      ['hit', { key: '@a:k', tier: 'memory', stale: true, ms: 0 }],
    ])
  })

  test('what is evicted to stay within the limits', async () => {
    const { cache } = handCache({ memory: { maxEntries: 2 } })
    const evicted: string[] = []
    cache.on('evict', ({ key }) => evicted.push(key))
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1)
    expect([evicted, cache.stats().memory]).toMatchObject([['a'], { entries: 2, evictions: 1 }])
  })

  test('a value larger than memory is answered and not kept', async () => {
    const { cache } = handCache({ memory: { maxBytes: '4kb' } })
    await cache.set('small', 'x')
    expect((await cache.getOrSet('k', () => 'x'.repeat(10_000))).length).toBe(10_000)
    expect([await cache.get('k'), await cache.get('small')]).toStrictEqual([undefined, 'x'])
  })

  test('without a tier in memory nothing is kept, and a load is still shared', async () => {
    const { cache } = handCache({ memory: false })
    const { load, calls } = counter()
    expect(await Promise.all([cache.getOrSet('k', load), cache.getOrSet('k', load)])).toStrictEqual([1, 1])
    expect([await cache.get('k'), calls()]).toStrictEqual([undefined, 1])
  })

  test('health of a process of its own', async () => {
    const { cache } = handCache()
    await cache.set('k', 1)
    await cache.get('k')
    expect(await cache.health()).toStrictEqual({
      status: 'healthy',
      backend: 'memory',
      latency_ms: null,
      stats: { hits: 1, misses: 0, hit_rate_percent: 100, redis_available: false, memory_cache_size: 1 },
      breaker: 'closed',
      coherence: 'memory-only',
      deferred: 0,
    })
  })

  test('why a key would be a hit or a miss, without counting as a read', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    await cache.set('k', 'v', { tags: ['t'] })
    const explained = async (): Promise<unknown> => {
      const { answer, reason } = await cache.explain('k')
      return [answer, reason]
    }
    expect(await explained()).toStrictEqual(['memory', 'memory has it, and it is fresh'])
    await clock.pass(60_000)
    expect(await explained()).toStrictEqual([
      'stale',
      'the value in memory has passed its ttl; there is no Redis',
    ])
    await cache.deleteByTag('t')
    expect(await explained()).toStrictEqual([
      'miss',
      'the value in memory was deleted by its tag or prefix; there is no Redis',
    ])
    await cache.delete('k')
    expect(await explained()).toStrictEqual([
      'miss',
      'memory does not have it: it was never read here, was evicted, or was deleted; there is no Redis',
    ])
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 })
  })
})

describe('the end', () => {
  test('after close every call rejects, and nothing is answered', async () => {
    const { cache } = handCache()
    await cache.set('k', 1)
    await cache.close()
    for (const call of [
      cache.get('k'),
      cache.getOrSet('k', () => 1),
      cache.set('k', 1),
      cache.delete('k'),
      cache.clear(),
      cache.getMany(['k']),
      cache.getOrSetMany(['k'], () => [1]),
    ]) {
      expect((await rejectionOf(call)).code).toBe('E_CLOSED')
    }
    expect(cache.getSync('k')).toBe(undefined)
    await cache.close()
  })

  test('close waits for loads, and aborts those that take longer than its timeout', async () => {
    const { cache, clock } = handCache()
    const value = Promise.withResolvers<number>()
    const loading = cache.getOrSet('k', () => value.promise)
    let signal: AbortSignal | undefined
    const stuck = cache.getOrSet('stuck', context => {
      signal = context.signal
      return new Promise<number>((_, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('aborted'))),
      )
    })
    const ended = expect(stuck).rejects.toThrow('aborted')
    await settled()
    let closed = false
    const closing = cache.close({ timeout: '2s' }).then(() => (closed = true))
    value.resolve(7)
    expect(await loading).toBe(7)
    await clock.pass(1999)
    expect([closed, signal?.aborted]).toStrictEqual([false, false])
    await clock.pass(1)
    await closing
    await ended
    expect([signal?.aborted, clock.pending]).toStrictEqual([true, 0])
  })

  test('a timeout that is none is refused', async () => {
    const { cache } = handCache()
    expect((await rejectionOf((async () => cache.close({ timeout: 'soon' as never }))())).code).toBe('E_TTL')
  })

  test('await using closes', async () => {
    const { cache } = handCache()
    {
      await using scoped = cache
      await scoped.set('k', 1)
    }
    expect((await rejectionOf(cache.get('k'))).code).toBe('E_CLOSED')
  })

  test('ready and idle resolve at once where there is nothing to wait for', async () => {
    const { cache } = handCache()
    await Promise.all([cache.ready(), cache.idle()])
  })
})
