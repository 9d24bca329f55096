import { describe, expect, test } from 'vitest'
import { counted, heard, isSettled, row, world } from './support.ts'

describe('while Redis is away', () => {
  test('memory answers for Δ after it was last heard of, and then does not', async () => {
    const { open, clock, redis } = world()
    const cache = await open({ maxStaleness: '2s' })
    const states = heard(cache, 'coherence')
    await cache.set('a', 1)
    redis.down()
    await clock.advance(1000)
    expect([await cache.get('a'), cache.stats().coherence]).toEqual([1, 'coherent'])
    await clock.advance(1000)
    expect([await cache.get('a'), cache.stats().coherence]).toEqual([undefined, 'degraded'])
    await clock.advance(500)
    expect(states).toMatchObject([{ state: 'degraded' }])
    expect(await cache.health()).toMatchObject({ status: 'degraded', stats: { redis_available: false } })
    redis.up()
    await clock.settle()
    expect(states).toMatchObject([{ state: 'degraded' }, { state: 'coherent' }])
    expect(await cache.get('a')).toBe(1)
    expect(await cache.health()).toMatchObject({ status: 'healthy', stats: { redis_available: true } })
  })

  test('loads go on, one at a time per key, and their values serve for Δ', async () => {
    const { open, clock, redis } = world()
    const cache = await open({ maxStaleness: '2s' })
    redis.down()
    await clock.advance('10s')
    const load = counted('loaded')
    expect(await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)])).toEqual([
      'loaded',
      'loaded',
    ])
    await clock.advance(1999)
    expect(await cache.getOrSet('a', load)).toBe('loaded')
    expect(load.calls).toBe(1)
    await clock.advance(1)
    expect(await cache.getOrSet('a', load)).toBe('loaded')
    expect(load.calls).toBe(2)
  })

  test('a Redis that hangs holds nobody up for longer than its deadline', async () => {
    const { open, clock, redis } = world()
    const cache = await open({ timeouts: { redis: '150ms' } })
    redis.hang()
    const reading = cache.getOrSet('a', () => 'loaded')
    const deleting = cache.delete('b')
    await clock.advance(150)
    expect(await isSettled(Promise.all([reading, deleting]), clock)).toBe(true)
    expect([await reading, (await deleting).status]).toEqual(['loaded', 'deferred'])
  })

  test('what was sent while Redis hung and is carried out later brings nothing back', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    const { load, asked, answer } = row<string>()
    const loading = one.getOrSet('a', load)
    await asked
    redis.connections[0]?.hang()
    answer('old')
    await loading
    await two.delete('a')
    await clock.advance('1s')
    redis.resume()
    await clock.advance('1s')
    expect([await one.get('a'), await two.get('a'), redis.keys()]).toEqual([undefined, undefined, []])
  })

  test('trouble in Redis is an event and never a rejection', async () => {
    const { open, redis, clock } = world()
    const cache = await open()
    const errors = heard(cache, 'error')
    for (const operation of ['read', 'lease', 'fill'] as const)
      redis.failNext(operation, new Error(operation))
    expect(await cache.getOrSet('a', () => 1)).toBe(1)
    expect(await cache.getOrSet('b', () => 2)).toBe(2)
    expect(await cache.getOrSet('c', () => 3)).toBe(3)
    await cache.idle()
    await clock.settle()
    expect(errors.map(({ operation, key }) => [operation, key])).toEqual([
      ['read', 'a'],
      ['lease', 'b'],
      ['fill', 'c'],
    ])
  })

  test('without memory in Redis a loaded value is served by this instance, and invalidations work', async () => {
    const { open, redis, clock } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    redis.full(true)
    expect(await one.getOrSet('b', () => 'loaded')).toBe('loaded')
    expect((await one.set('a', 'new')).status).toBe('committed')
    await clock.settle()
    expect([await one.get('a'), await two.get('a')]).toEqual(['new', undefined])
    expect((await one.delete('a')).status).toBe('committed')
    expect(await one.get('a')).toBeUndefined()
  })
})

describe('an invalidation while Redis is away', () => {
  test('is deferred, obeyed here at once, and replayed for the others when Redis is back', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    const replayed = heard(one, 'replayed')
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    await clock.settle()
    redis.connections[0]?.down()
    const { status, done } = await one.delete('a')
    expect(status).toBe('deferred')
    expect(one.stats().invalidations.deferred).toBe(1)
    expect(await isSettled(done, clock)).toBe(false)
    expect(await one.get('a')).toBeUndefined()
    expect(await one.getOrSet('a', () => 'new')).toBe('new')
    expect(await two.get('a')).toBe('old')
    redis.up()
    await clock.settle()
    await done
    expect([await two.get('a'), redis.keys()]).toEqual([undefined, []])
    expect(await one.get('a')).not.toBe('old')
    expect([replayed, one.stats().invalidations.deferred]).toEqual([[{ count: 1 }], 0])
  })

  for (const [by, remove] of [
    ['tag', 'deleteByTag'],
    ['prefix', 'deleteByPrefix'],
  ] as const) {
    test(`by ${by}: what was loaded before it stays gone here, and what is loaded after it stays`, async () => {
      const { open, clock, redis } = world()
      const cache = await open()
      await cache.set(['t', 1], 'old', { tags: ['t'] })
      await clock.settle()
      redis.down()
      expect((await cache[remove]('t')).status).toBe('deferred')
      expect(await cache.get(['t', 1])).toBeUndefined()
      expect(await cache.getOrSet(['t', 1], () => 'new', { tags: ['t'] })).toBe('new')
      expect(await cache.get(['t', 1])).toBe('new')
      redis.up()
      await clock.settle()
      expect(await cache.getOrSet(['t', 1], () => 'newer', { tags: ['t'] })).not.toBe('old')
      const cold = await open()
      expect(await cold.get(['t', 1])).not.toBe('old')
    })
  }

  test('that is strict rejects with E_REDIS and is not replayed', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    await two.set('a', 'kept')
    redis.connections[0]?.down()
    await expect(one.delete('a', { strict: true })).rejects.toMatchObject({ code: 'E_REDIS' })
    await expect(one.set('b', 1, { strict: true })).rejects.toMatchObject({ code: 'E_REDIS' })
    redis.up()
    await clock.settle()
    expect(await two.get('a')).toBe('kept')
  })

  test('whose reply got lost is said again, and harms nothing', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    redis.loseReply('invalidate')
    const { status, done } = await one.delete('a')
    expect(status).toBe('deferred')
    await clock.advance('1s')
    await done
    expect([await one.get('a'), await two.get('a')]).toEqual([undefined, undefined])
  })

  test('a value set while Redis is away is this instance’s own until then', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    await clock.settle()
    redis.connections[0]?.down()
    expect((await one.set('a', 'new')).status).toBe('deferred')
    expect(await one.get('a')).toBe('new')
    redis.up()
    await clock.settle()
    expect(await two.get('a')).not.toBe('old')
    expect(await one.get('a')).not.toBe('old')
  })

  test('holds here also while it is replayed into a log that has begun anew', async () => {
    const { open, clock, redis } = world({ latencyMs: 5 })
    const cache = await open()
    redis.down()
    expect(await cache.getOrSet('a', () => 'old', { tags: ['t'] })).toBe('old')
    expect((await cache.deleteByTag('t')).status).toBe('deferred')
    redis.loseMeta()
    redis.up()
    // 5 ms there, 5 ms back: the replay is answered, and the SYNC behind it is not.
    await clock.advance(15)
    expect(cache.getSync('a')).toBeUndefined()
  })
})
