import { expect, test } from 'vitest'
import { heard, isSettled, world } from './support.ts'

test('it says what it holds and how often it was asked', async () => {
  const { open, redis } = world()
  const cache = await open()
  const before = redis.commands('read')
  await cache.namespace('shop').set('b', 1)
  await cache.set('a', 1)
  expect(redis.keys()).toEqual(['@shop:b', 'a'])
  expect(redis.bytes('a')).toBeInstanceOf(Buffer)
  expect([redis.bytes('none'), redis.commands('read') - before]).toEqual([undefined, 0])
  const other = await open()
  await other.get('a')
  expect(redis.commands('read') - before).toBe(1)
  redis.evict('a')
  expect(redis.keys()).toEqual(['@shop:b'])
  expect(() => redis.poison('a', Buffer.from('x'))).toThrow('no value under a')
})

test('a latency takes its time each way, and past the deadline of a cache it is an error', async () => {
  let latencyMs = 20
  const { open, clock } = world({ latencyMs: () => latencyMs })
  const cache = await open({ timeouts: { redis: '150ms' } })
  const errors = heard(cache, 'error')
  const reading = cache.get('a')
  await clock.advance(39)
  expect(await isSettled(reading, clock)).toBe(false)
  await clock.advance(1)
  expect(await isSettled(reading, clock)).toBe(true)
  latencyMs = 100
  const late = cache.get('b')
  await clock.advance(150)
  expect(await late).toBeUndefined()
  expect(errors).toMatchObject([{ operation: 'read', error: { code: 'E_REDIS' } }])
})

test('messages take the time and the losses that they are given, connection by connection', async () => {
  const { open, clock } = world({
    delivery: connection => (connection === 1 ? 50 : connection === 2 ? 'lost' : 0),
  })
  const caches = [await open(), await open(), await open()]
  const [writer] = caches
  await writer?.set('a', 1)
  // Until all have heard of it, one way or the other.
  await clock.advance(600)
  for (const cache of caches) await cache.get('a')
  await writer?.delete('a')
  const held = (): unknown[] => caches.map(cache => cache.getSync('a'))
  await clock.settle()
  expect(held()).toEqual([undefined, 1, 1])
  await clock.advance(50)
  expect(held()).toEqual([undefined, undefined, 1])
  await clock.advance(500)
  expect(held()).toEqual([undefined, undefined, undefined])
})

test('one cache can be cut off and the others go on', async () => {
  const { open, clock, redis } = world()
  const [one, two] = [await open(), await open()]
  const connections = heard(one, 'connection')
  redis.connections[0]?.down()
  await clock.settle()
  expect((await one.delete('a')).status).toBe('deferred')
  expect((await two.delete('a')).status).toBe('committed')
  redis.connections[0]?.up()
  await clock.settle()
  expect((await one.delete('a')).status).toBe('committed')
  expect(connections).toEqual([{ up: false }, { up: true }])
})

test('a cache opened while Redis is down becomes coherent when it comes up', async () => {
  const { open, clock, redis } = world()
  redis.down()
  const cache = await open()
  expect([await cache.getOrSet('a', () => 1), cache.stats().coherence]).toEqual([1, 'degraded'])
  redis.up()
  await clock.settle()
  expect(cache.stats().coherence).toBe('coherent')
})

test('two runs of the same steps take the same course', async () => {
  const course = async (): Promise<string[]> => {
    let turn = 0
    const { open, clock } = world({ latencyMs: () => ++turn % 5, delivery: to => (to * 3 + turn) % 7 })
    const log: string[] = []
    const from = clock.now()
    const caches: Awaited<ReturnType<typeof open>>[] = []
    for (const name of ['one', 'two', 'three']) {
      const cache = await open()
      for (const type of ['hit', 'miss', 'load', 'set', 'fenced', 'invalidate'] as const)
        cache.on(type, event => log.push(`${clock.now() - from} ${name} ${type} ${JSON.stringify(event)}`))
      caches.push(cache)
    }
    for (let i = 0; i < 40; i++) {
      const cache = caches[i % 3]
      void cache?.getOrSet(`key:${i % 4}`, () => i, { tags: ['t'] })
      if (i % 5 === 0) void cache?.delete(`key:${i % 3}`)
      if (i % 11 === 0) void cache?.deleteByTag('t')
      await clock.advance(i % 6)
    }
    await clock.advance('1s')
    return log
  }
  const first = await course()
  expect(first.length).toBeGreaterThan(100)
  expect(await course()).toEqual(first)
})
