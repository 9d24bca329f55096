import { describe, expect, test } from 'vitest'
import { counted, failing, heard, isSettled, row, world } from './support.ts'

const MISSING = undefined

describe('ttl', () => {
  test('a value is fresh until its ttl and not at it, in both tiers', async () => {
    const { open, clock } = world()
    const [one, two] = [await open({ ttl: '10s' }), await open({ ttl: '10s' })]
    await one.set('a', 1)
    await clock.advance(9999)
    expect([await one.get('a'), await two.get('a')]).toEqual([1, 1])
    await clock.advance(1)
    expect([await one.get('a'), await two.get('a')]).toEqual([MISSING, MISSING])
  })

  test('a copy taken from Redis lives no longer than what it was taken from', async () => {
    const { open, clock } = world()
    const [one, two] = [await open({ ttl: '10s' }), await open({ ttl: '10s' })]
    await one.getOrSet('a', () => 1)
    await one.idle()
    await clock.advance('6s')
    expect(await two.getEntry('a')).toMatchObject({ tier: 'redis', ageMs: 6000, ttlMs: 4000 })
    await clock.advance('4s')
    expect(await two.get('a')).toBe(MISSING)
  })

  test('the jitter shortens a ttl by its share at most, and never lengthens it', async () => {
    const draws = [0, 0.5, 0.999_999]
    const { open } = world()
    let draw = 0
    const cache = await open({ ttl: '100s', jitter: 0.2, random: () => draws[draw] ?? 0 })
    const ttls: (number | undefined)[] = []
    for (draw = 0; draw < draws.length; draw++) {
      await cache.set('a', 1)
      ttls.push((await cache.getEntry('a'))?.ttlMs)
    }
    expect(ttls).toEqual([100_000, 90_000, 80_000])
  })

  test('null lives as long as negativeTtl says, another value as long as ttl', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '1m', negativeTtl: '5s' })
    const none = counted(null)
    const some = counted(0)
    for (const seconds of [0, 5, 5]) {
      await clock.advance(seconds * 1000)
      expect([await cache.getOrSet('none', none), await cache.getOrSet('some', some)]).toEqual([null, 0])
      await cache.idle()
    }
    expect([none.calls, some.calls]).toEqual([3, 1])
  })

  test('tiers may differ: after its time in memory a value comes from Redis again', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: { memory: '1s', redis: '10s' } })
    await cache.set('a', 1)
    const tiers: (string | undefined)[] = []
    for (let i = 0; i < 4; i++) {
      tiers.push((await cache.getEntry('a'))?.tier)
      await clock.advance(500)
    }
    expect(tiers).toEqual(['memory', 'memory', 'redis', 'memory'])
    await clock.advance('8s')
    expect(await cache.get('a')).toBe(MISSING)
  })

  test('types give each kind of key its own life', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '1m', types: { user: '10s', search: { ttl: '20s', negativeTtl: '5s' } } })
    const keys = ['user:1', 'search:1', 'other']
    for (const key of keys) await cache.set(key, key)
    await cache.set('search:2', null)
    const left = async (): Promise<unknown[]> => cache.getMany([...keys, 'search:2'])
    await clock.advance('5s')
    expect(await left()).toEqual([...keys, MISSING])
    await clock.advance('5s')
    expect(await left()).toEqual([MISSING, 'search:1', 'other', MISSING])
    await clock.advance('10s')
    expect(await left()).toEqual([MISSING, MISSING, 'other', MISSING])
  })
})

describe('grace', () => {
  test('past its ttl a value is stale: no hit, but there to be seen until its grace ends', async () => {
    const { open, clock } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 1, { ttl: '10s', grace: '20s' })
    await clock.advance('10s')
    for (const cache of [one, two]) {
      expect(await cache.get('a')).toBe(MISSING)
      expect(await cache.getEntry('a')).toMatchObject({ value: 1, stale: true, ttlMs: 0 })
    }
    await clock.advance('20s')
    for (const cache of [one, two]) expect(await cache.getEntry('a')).toBe(MISSING)
  })

  test('a stale value stands in for a loader that fails, until its grace ends', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s', grace: '20s' })
    const error = new Error('no database')
    await cache.set('a', 1)
    await clock.advance('29s')
    expect(await cache.getOrSetEntry('a', failing(error))).toMatchObject({ value: 1, stale: true })
    await clock.advance('1s')
    await expect(cache.getOrSet('a', failing(error))).rejects.toBe(error)
  })

  test('without a grace no stale value is served, whoever fails', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s' })
    const error = new Error('no database')
    await cache.set('a', 1)
    await clock.advance('10s')
    await expect(cache.getOrSet('a', failing(error))).rejects.toBe(error)
  })

  test('the loader sees the stale value, and may say that it has not changed', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s', grace: '1m' })
    await cache.set('a', 'same')
    await clock.advance('15s')
    const value = await cache.getOrSet<string>('a', context => {
      expect(context.stale).toBe('same')
      return context.notModified()
    })
    await cache.idle()
    expect(value).toBe('same')
    expect(await cache.getEntry('a')).toMatchObject({ stale: false, ttlMs: 10_000 })
  })
})

describe('swr', () => {
  test('a stale value is answered at once and refreshed behind the answer, once', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s', grace: '1m', swr: true })
    await cache.set('a', 'old')
    await clock.advance('10s')
    const { load, answer, ...loader } = row<string>()
    const entries = await Promise.all([cache.getOrSetEntry('a', load), cache.getOrSetEntry('a', load)])
    expect(entries).toMatchObject([
      { value: 'old', stale: true },
      { value: 'old', stale: true },
    ])
    await loader.asked
    expect(await cache.getOrSet('a', load)).toBe('old')
    answer('new')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
    expect(cache.stats().loads).toBe(1)
  })

  test('a refresh that fails is nobody’s rejection: the stale value stays, and the next read tries again', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s', grace: '1m', swr: true })
    await cache.set('a', 'old')
    await clock.advance('10s')
    const loads = heard(cache, 'load')
    const error = new Error('no database')
    expect(await cache.getOrSet('a', failing(error))).toBe('old')
    await cache.idle()
    expect(loads).toMatchObject([{ key: 'a', error }])
    expect(await cache.getOrSet('a', () => 'new')).toBe('old')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
  })
})

describe('refreshAhead', () => {
  test('past its share of the ttl a fresh value is refreshed behind the answer', async () => {
    const { open, clock } = world()
    const cache = await open({ ttl: '10s', refreshAhead: 0.8 })
    const load = counted('new')
    await cache.set('a', 'old')
    await clock.advance(7999)
    expect(await cache.getOrSet('a', load)).toBe('old')
    await cache.idle()
    expect(load.calls).toBe(0)
    await clock.advance(1)
    expect(await cache.getOrSetEntry('a', load)).toMatchObject({ value: 'old', stale: false })
    await cache.idle()
    expect(load.calls).toBe(1)
    expect(await cache.getEntry('a')).toMatchObject({ value: 'new', ttlMs: 10_000 })
  })

  test('a value that another instance has refreshed is taken from Redis instead of loaded', async () => {
    const { open, clock, redis } = world()
    const options = { ttl: '10s', refreshAhead: 0.8 } as const
    const [one, two] = [await open(options), await open(options)]
    await one.getOrSet('a', () => 'old')
    await one.idle()
    expect(await two.get('a')).toBe('old')
    await clock.advance('8s')
    expect(await one.getOrSet('a', () => 'new')).toBe('old')
    await one.idle()
    const load = counted('again')
    expect(await two.getOrSet('a', load)).toBe('old')
    await two.idle()
    expect([await two.get('a'), load.calls, redis.keys()]).toEqual(['new', 0, ['a']])
  })
})

describe('deadlines', () => {
  const options = { ttl: '10s', grace: '1m', timeouts: { soft: '1s', hard: '5s' } } as const

  test('past the soft deadline a stale value is served, and the load completes behind it', async () => {
    const { open, clock } = world()
    const cache = await open(options)
    await cache.set('a', 'old')
    await clock.advance('10s')
    const { load, answer } = row<string>()
    const reading = cache.getOrSetEntry('a', load)
    await clock.advance(999)
    expect(await isSettled(reading, clock)).toBe(false)
    await clock.advance(1)
    expect(await reading).toMatchObject({ value: 'old', stale: true })
    await clock.advance('1s')
    answer('new')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
  })

  test('without a stale value the soft deadline means nothing', async () => {
    const { open, clock } = world()
    const cache = await open(options)
    const { load, answer } = row<string>()
    const reading = cache.getOrSet('a', load)
    await clock.advance('4s')
    expect(await isSettled(reading, clock)).toBe(false)
    answer('loaded')
    expect(await reading).toBe('loaded')
  })

  test('past the hard deadline the call rejects with E_TIMEOUT, and the value is kept when it comes', async () => {
    const { open, clock } = world()
    const [cache, other] = [await open(options), await open(options)]
    const { load, answer } = row<string>()
    const outcome = expect(cache.getOrSet('a', load)).rejects.toMatchObject({ code: 'E_TIMEOUT' })
    await clock.advance('5s')
    await outcome
    answer('late')
    await cache.idle()
    expect([await cache.get('a'), await other.get('a')]).toEqual(['late', 'late'])
  })

  test('a load that nobody can use any more is told so by its signal', async () => {
    const { open, clock } = world()
    const cache = await open(options)
    let signal: AbortSignal | undefined
    const reading = cache.getOrSet('a', context => {
      signal = context.signal
      return new Promise<string>((_, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    })
    const outcome = expect(reading).rejects.toMatchObject({ code: 'E_TIMEOUT' })
    await clock.advance('14s')
    await outcome
    expect(signal?.aborted).toBe(false)
    await clock.advance('2s')
    expect(signal?.aborted).toBe(true)
    expect(await cache.getOrSet('a', () => 'anew')).toBe('anew')
  })
})
