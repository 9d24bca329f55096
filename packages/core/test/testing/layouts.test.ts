import { expect, test } from 'vitest'
import { type Cache, encryption } from '../../src/index.ts'
import { counted, heard, type World, world } from './support.ts'

const user = (id: number): { id: number; name: string; at: Date } => ({
  id,
  name: `user ${id}`,
  at: new Date(id),
})
const DAY = 24 * 60 * 60 * 1000

/** Writes users until Redis keeps their layout, and one more by it. */
async function learn(cache: Cache, { redis, clock }: World): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await cache.set(`learn:${i}`, user(i))
    await clock.settle()
  }
  expect(redis.commands('keepLayout')).toBeGreaterThan(0)
  await cache.set('laid out', user(7))
  expect(redis.bytes('laid out')?.includes('name')).toBe(false)
}

test('another instance reads what was written by a layout, asking for that once', async () => {
  const all = world()
  const [writer, reader] = [await all.open(), await all.open()]
  await learn(writer, all)
  for (let i = 0; i < 20; i++) await writer.set(['user', i], user(i))
  const before = all.redis.commands('read')
  const found = await Promise.all(Array.from({ length: 20 }, (_, i) => reader.get(['user', i])))
  expect(found).toStrictEqual(Array.from({ length: 20 }, (_, i) => user(i)))
  expect(all.redis.commands('readLayout')).toBe(1)
  expect(all.redis.commands('read') - before).toBe(20)
})

test('every way to read is as good', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  const ways: Record<string, (cache: Cache) => unknown> = {
    get: cache => cache.get('laid out'),
    getEntry: async cache => (await cache.getEntry('laid out'))?.value,
    getOrSet: cache => cache.getOrSet('laid out', () => 'loaded'),
    getMany: async cache => (await cache.getMany(['laid out', 'nothing']))[0],
    has: async cache => (await cache.has('laid out')) && user(7),
    explain: async cache => {
      await cache.explain('laid out')
      return await cache.get('laid out')
    },
  }
  for (const [way, read] of Object.entries(ways)) {
    const cold = await all.open()
    expect(await read(cold), way).toStrictEqual(user(7))
  }
  // Where misses are expected, the value is the answer to the request for the lease.
  const missing = await all.open()
  for (let i = 0; i < 200; i++) await missing.getOrSet(['missing', i], () => i)
  const leases = all.redis.commands('lease')
  expect(await missing.getOrSet('laid out', () => 'loaded')).toStrictEqual(user(7))
  expect(all.redis.commands('lease')).toBe(leases + 1)
})

test('a process that only reads keeps no layouts', async () => {
  const all = world()
  const [writer, reader] = [await all.open(), await all.open({ memory: false })]
  await learn(writer, all)
  const kept = all.redis.commands('keepLayout')
  for (let i = 0; i < 50; i++) await reader.get('laid out')
  expect(all.redis.commands('keepLayout')).toBe(kept)
})

test('no call waits for a layout to be kept: what Redis does not take, values are written without', async () => {
  const all = world()
  const [writer, reader] = [await all.open(), await all.open()]
  const errors = heard(writer, 'error')
  for (let i = 0; i < 3; i++) all.redis.failNext('keepLayout')
  for (let i = 0; i < 10; i++) expect((await writer.set(['user', i], user(i))).status).toBe('committed')
  expect(all.redis.bytes('user:9')?.includes('name')).toBe(true)
  expect(await reader.get(['user', 9])).toStrictEqual(user(9))
  expect(errors).toMatchObject([{ operation: 'layout' }])
  // It is tried again after a second, not with every value.
  await all.clock.advance('1s')
  await writer.set('later', user(1))
  await all.clock.advance('1s')
  await writer.set('later', user(1))
  await all.clock.advance('1s')
  await learn(writer, all)
})

test('after FLUSHALL no value is written by what is gone', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  all.redis.flush()
  await all.clock.advance('5s')
  await writer.set('after', user(1))
  expect(all.redis.bytes('after')?.includes('name')).toBe(true)
  await learn(writer, all)
  expect(await (await all.open()).get('laid out')).toStrictEqual(user(7))
})

test('a value whose layout a failover lost is a miss, is loaded, and is well again', async () => {
  const all = world()
  const writer = await all.open()
  await writer.set('before', 1)
  await writer.set('a', user(1))
  // The layout comes after this record, and is forgotten with it.
  await learn(writer, all)
  all.redis.rollback(100)
  await all.clock.advance('5s')
  await writer.set('k', user(3))
  const cold = await all.open()
  expect(await cold.get('k')).toStrictEqual(user(3))
  await learn(writer, all)
  expect(await (await all.open()).get('laid out')).toStrictEqual(user(7))
})

test('a layout that was evicted is a miss for those who do not know it, told of, and loaded once', async () => {
  const all = world()
  const [writer, knowing] = [await all.open(), await all.open()]
  await learn(writer, all)
  await writer.set('second', user(2))
  expect(await knowing.get('second')).toStrictEqual(user(2))
  all.redis.loseLayouts()
  const cold = await all.open()
  const errors = heard(cold, 'error')
  expect(await knowing.get('laid out')).toStrictEqual(user(7))
  expect(await cold.get('laid out')).toBeUndefined()
  expect(errors).toMatchObject([{ operation: 'decode', key: 'laid out', error: { code: 'E_CODEC' } }])
  const load = counted(user(8))
  expect(await cold.getOrSet('laid out', load)).toStrictEqual(user(8))
  await cold.idle()
  expect(load.calls).toBe(1)
  expect(await (await all.open()).get('laid out')).toStrictEqual(user(8))
  // Many values of one lost layout ask for it once a second.
  const asked = all.redis.commands('readLayout')
  await cold.get('second')
  expect(all.redis.commands('readLayout')).toBe(asked)
})

test('a layout in use is written again, so that no loss is for long', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  all.redis.loseLayouts()
  await all.clock.advance('31s')
  await writer.set('again', user(1))
  await all.clock.settle()
  expect(await (await all.open()).get('again')).toStrictEqual(user(1))
})

test('bytes in the place of a layout are a miss, never another value', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  // What a layout with other names for the same shape would look like.
  all.redis.poisonLayouts(Buffer.from('93a2696464a5616d646965a26174', 'hex'))
  const cold = await all.open()
  const errors = heard(cold, 'error')
  expect(await cold.get('laid out')).toBeUndefined()
  expect(errors.map(({ operation }) => operation)).toEqual(['decode', 'decode'])
  expect(await cold.getOrSet('laid out', () => user(9))).toStrictEqual(user(9))
})

test('a Redis that does not answer for a layout is a miss, and the value stays', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  const cold = await all.open()
  const errors = heard(cold, 'error')
  all.redis.failNext('readLayout')
  expect(await cold.get('laid out')).toBeUndefined()
  expect(errors).toMatchObject([{ operation: 'read', error: { code: 'E_REDIS' } }])
  expect(await cold.get('laid out')).toStrictEqual(user(7))
})

test('what was deleted while its layout was on the way is not found', async () => {
  const all = world({ latencyMs: operation => (operation === 'readLayout' ? 50 : 0) })
  const [writer, cold] = [await all.open(), await all.open()]
  await learn(writer, all)
  const reading = cold.get('laid out')
  await all.clock.settle()
  await writer.delete('laid out')
  await all.clock.advance(200)
  expect(await reading).toBeUndefined()
  expect(cold.getSync('laid out')).toBeUndefined()
})

test('values that are kept for longer than layouts are written without one', async () => {
  const all = world()
  const writer = await all.open()
  await learn(writer, all)
  await writer.set('a month', user(1), { ttl: 31 * DAY })
  await writer.set('with grace', user(1), { ttl: '1h', grace: 31 * DAY })
  await writer.set('a week', user(1), { ttl: 7 * DAY })
  const named = ['a month', 'with grace', 'a week'].map(key => all.redis.bytes(key)?.includes('name'))
  expect(named).toEqual([true, true, false])
})

test('without memory in Redis values that fit are still told by layouts that are there', async () => {
  const all = world()
  const writer = await all.open()
  const errors = heard(writer, 'error')
  await learn(writer, all)
  all.redis.full(true)
  await all.clock.advance('31s')
  await writer.set('full', user(1))
  await all.clock.settle()
  expect(errors).toMatchObject([{ operation: 'layout' }])
  expect(await (await all.open()).get('learn:0')).toStrictEqual(user(0))
})

test('instances of one namespace share layouts over all partitions, encrypted too', async () => {
  const all = world({ partitions: 16 })
  const keys = { keys: { a: Buffer.alloc(32, 1) }, current: 'a' }
  const writer = await all.open({ encryption: encryption(keys) })
  for (let i = 0; i < 40; i++) {
    await writer.set(['user', i], user(i))
    await all.clock.settle()
  }
  const cold = await all.open({ encryption: encryption(keys) })
  const found = await cold.getMany(Array.from({ length: 40 }, (_, i) => ['user', i]))
  expect(found).toStrictEqual(Array.from({ length: 40 }, (_, i) => user(i)))
  expect(all.redis.commands('readLayout')).toBe(1)
})
