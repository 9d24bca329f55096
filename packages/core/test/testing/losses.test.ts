import { describe, expect, test } from 'vitest'
import { row, world } from './support.ts'

describe('when Redis loses data', () => {
  test('after a flush everybody begins anew within Δ', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 1)
    expect(await two.get('a')).toBe(1)
    redis.flush()
    await clock.advance(500)
    expect([await one.get('a'), await two.get('a')]).toEqual([undefined, undefined])
    expect(await one.getOrSet('a', () => 2)).toBe(2)
    await one.idle()
    expect([await two.get('a'), one.stats().coherence, two.stats().coherence]).toEqual([
      2,
      'coherent',
      'coherent',
    ])
  })

  test('a load that began before a flush leaves nothing in Redis', async () => {
    const { open, clock, redis } = world()
    const cache = await open()
    const { load, asked, answer } = row<string>()
    const loading = cache.getOrSet('a', load)
    await asked
    redis.flush()
    await clock.advance(500)
    answer('old')
    expect(await loading).toBe('old')
    await cache.idle()
    expect([redis.keys(), await cache.get('a')]).toEqual([[], undefined])
  })

  for (const what of ['loseMeta', 'loseLog'] as const) {
    test(`after an eviction (${what}) nothing deleted comes back`, async () => {
      const { open, clock, redis } = world()
      const [one, two] = [await open(), await open()]
      await one.set('a', 'old', { tags: ['t'] })
      expect(await two.get('a')).toBe('old')
      redis.dropMessages()
      await one.deleteByTag('t')
      redis[what]()
      await clock.advance(500)
      const cold = await open()
      expect([await one.get('a'), await two.get('a'), await cold.get('a')]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
      await one.set('a', 'new')
      await clock.advance(500)
      expect([await two.get('a'), await cold.get('a')]).toEqual(['new', 'new'])
    })
  }

  for (const when of ['once its message was heard', 'before its message was heard'] as const) {
    test(`a failover that loses an acknowledged delete is healed by who called it, ${when}`, async () => {
      const { open, clock, redis } = world()
      const [one, two] = [await open(), await open()]
      await one.set('a', 'old')
      await clock.advance('1s')
      expect(await two.get('a')).toBe('old')
      await one.delete('a')
      if (when === 'once its message was heard') await clock.settle()
      redis.rollback(1)
      await clock.advance(1000)
      const cold = await open()
      for (const cache of [one, two, cold]) expect(await cache.get('a')).toBeUndefined()
    })
  }

  test('a failover that loses an acknowledged delete is healed by who only heard of it', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 'old', { tags: ['t'] })
    await clock.advance('1s')
    expect(await two.get('a')).toBe('old')
    await one.deleteByTag('t')
    await clock.settle()
    redis.connections[0]?.down()
    redis.rollback(1)
    redis.connections[0]?.down()
    await clock.advance(1000)
    const cold = await open()
    expect([await two.get('a'), await cold.get('a')]).toEqual([undefined, undefined])
  })

  test('after a failover the numbers of lost records are not used for others', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open(), await open()]
    for (const key of ['a', 'b', 'c']) await one.set(key, 'old')
    await two.getMany(['a', 'b', 'c'])
    await one.delete('a')
    await one.delete('b')
    await clock.settle()
    redis.rollback(2)
    await two.delete('c')
    await clock.advance('1s')
    const cold = await open()
    for (const cache of [one, two, cold])
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined])
    await one.set('a', 'new')
    await clock.settle()
    expect([await two.get('a'), await cold.get('a')]).toEqual(['new', 'new'])
  })

  test('a value read ahead of what was heard does not outlive a delete that gets a lost number', async () => {
    const { open, clock, redis } = world()
    const [one, two, three] = [await open(), await open(), await open()]
    redis.dropMessages()
    await one.delete('unheard of')
    await three.getOrSet('a', () => 'old')
    await three.idle()
    expect([await two.get('a'), two.getSync('a')]).toEqual(['old', 'old'])
    await one.close()
    redis.rollback(1)
    redis.deliverMessages()
    await three.delete('a')
    await clock.settle()
    expect(two.getSync('a')).toBeUndefined()
  })
})

describe('when messages do not arrive', () => {
  test('an instance that hears nothing at all does not serve from memory beyond Δ', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open({ maxStaleness: '2s' }), await open({ maxStaleness: '2s' })]
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    redis.connections[1]?.hang()
    await one.delete('a')
    await clock.advance('2s')
    expect(two.getSync('a')).toBeUndefined()
    const reading = two.get('a')
    await clock.advance(150)
    expect(await reading).toBeUndefined()
  })

  test('a process that was stopped for a while asks Redis before it serves from memory again', async () => {
    const { open, clock, redis } = world()
    const [one, two] = [await open({ maxStaleness: '2s' }), await open({ maxStaleness: '2s' })]
    await one.set('a', 'old')
    expect(await two.get('a')).toBe('old')
    redis.dropMessages()
    await one.delete('a')
    clock.leap('3s')
    expect(two.getSync('a')).toBeUndefined()
    expect(await two.get('a')).toBeUndefined()
    expect(two.stats().coherence).toBe('coherent')
  })

  test('a record too long for the bus reaches the others through the log', async () => {
    const { open, clock } = world()
    const [one, two] = [await open(), await open()]
    const keys = Array.from({ length: 1000 }, (_, i) => `a long name of a key, to fill a message: ${i}`)
    await one.setMany(keys.map(key => [key, 'old'] as const))
    await two.getMany(keys)
    await one.deleteMany(keys)
    await clock.advance(200)
    expect(new Set(await two.getMany(keys))).toEqual(new Set([undefined]))
  })
})
