import { expect, test } from 'vitest'
import type { FakeOperation } from '../../src/testing/index.ts'
import { counted, heard, row, world } from './support.ts'

const KEYS = Array.from({ length: 100 }, (_, i) => `k${i}`)
const OPERATIONS = ['read', 'lease', 'fill', 'release'] as const satisfies FakeOperation[]

type World = ReturnType<typeof world>

/** What Redis is asked during some work and what it leaves behind: reads, leases, fills, releases. */
async function askedDuring({ redis, clock }: World, work: () => Promise<unknown>): Promise<number[]> {
  const before = OPERATIONS.map(one => redis.commands(one))
  await work()
  await clock.settle()
  return OPERATIONS.map((one, i) => redis.commands(one) - (before[i] ?? 0))
}

test('a hundred missing keys are one look-up, one lease and one fill', async () => {
  const all = world()
  const [cache, other] = [await all.open(), await all.open()]
  const asked = await askedDuring(all, () => cache.getOrSetMany(KEYS, keys => keys))
  expect(asked).toEqual([1, 1, 1, 0])
  expect(await other.getMany(KEYS)).toEqual(KEYS)
})

test('with partitions they are as many for each of these', async () => {
  const all = world({ partitions: 4 })
  const cache = await all.open()
  expect(await askedDuring(all, () => cache.getOrSetMany(KEYS, keys => keys))).toEqual([4, 4, 4, 0])
})

test('keys that are nowhere give their leases back as one', async () => {
  const all = world()
  const cache = await all.open()
  const nothing = (): Promise<unknown> => cache.getOrSetMany(KEYS, () => new Map())
  expect(await askedDuring(all, nothing)).toEqual([1, 1, 0, 1])
  const failing = (): Promise<unknown> =>
    cache.getOrSetMany(KEYS, () => Promise.reject(new Error('down'))).catch(() => {})
  expect(await askedDuring(all, failing)).toEqual([1, 1, 0, 1])
})

test('one of them that somebody else loads is waited for, and holds up no other', async () => {
  const all = world()
  const [cache, other] = [await all.open(), await all.open()]
  const { load, asked, answer } = row<string>()
  const single = other.getOrSet('k7', load)
  await asked
  const keysLoaded: string[] = []
  const many = cache.getOrSetMany(KEYS, keys => {
    keysLoaded.push(...keys)
    return keys
  })
  await all.clock.settle()
  expect(keysLoaded).toEqual(KEYS.filter(key => key !== 'k7'))
  answer('of the other')
  expect(await single).toBe('of the other')
  expect(await many).toEqual(KEYS.map(key => (key === 'k7' ? 'of the other' : key)))
})

test('one that is deleted while they load is not stored, and the others are', async () => {
  const all = world()
  const [cache, other] = [await all.open(), await all.open()]
  const { load, asked, answer } = row<string[]>()
  const many = cache.getOrSetMany(['a', 'b', 'c'], load)
  await asked
  await other.delete('b')
  answer(['A', 'old', 'C'])
  expect(await many).toEqual(['A', 'old', 'C'])
  await all.clock.settle()
  expect(await other.getMany(['a', 'b', 'c'])).toEqual(['A', undefined, 'C'])
})

test('without their leases all are loaded and answered, none is stored, and nobody waits for them', async () => {
  const all = world()
  const [cache, other] = [await all.open(), await all.open()]
  const errors = heard(cache, 'error')
  all.redis.loseReply('lease')
  expect(await cache.getOrSetMany(KEYS, keys => keys)).toEqual(KEYS)
  expect(new Set(errors.map(({ operation }) => operation))).toEqual(new Set(['lease']))
  expect(all.redis.keys()).toEqual([])
  await all.clock.advance('2s')
  const load = counted('loaded')
  expect(await other.getOrSet('k1', load)).toBe('loaded')
})

test('a value that cannot be stored leaves the others their fill', async () => {
  const all = world()
  const cache = await all.open()
  const errors = heard(cache, 'error')
  const values = ['A', () => 'no value', 'C']
  expect(await cache.getOrSetMany<unknown>(['a', 'b', 'c'], () => values)).toEqual(values)
  await all.clock.settle()
  expect(all.redis.keys()).toEqual(['a', 'c'])
  expect(errors).toMatchObject([{ operation: 'fill', key: 'b', error: { code: 'E_VALUE' } }])
})
