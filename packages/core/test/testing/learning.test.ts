import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encryption, type PreviousValue, type TtlContext, type TtlPolicy } from '../../src/index.ts'
import { counted, failing, world } from './support.ts'

/** A policy that keeps a number with each value, one higher each time, and writes down what it was told. */
function learner(): TtlPolicy & { readonly told: TtlContext[]; readonly last: PreviousValue | undefined } {
  const told: TtlContext[] = []
  const policy: TtlPolicy = (_, context) => {
    told.push(context)
    return { ttl: '10s', state: Uint8Array.of((context.previous?.state?.[0] ?? 0) + 1) }
  }
  const explain = (state: Uint8Array): { loads: number } => ({ loads: state[0] ?? 0 })
  return Object.defineProperty(Object.assign(policy, { told, explain }), 'last', {
    get: () => told.at(-1)?.previous,
  }) as never
}

describe('a ttl policy is told of the value before', () => {
  test('its age, its ttl, its reads here, and what the policy kept', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const cache = await open({ ttl, jitter: 0.5, random: () => 0.5 })
    await cache.getOrSet('a', () => 1)
    expect(ttl.last).toBe(undefined)
    await cache.idle()
    for (let i = 0; i < 3; i++) await cache.getOrSet('a', () => 1)
    cache.getSync('a')
    await cache.getMany(['a'])
    await clock.advance('30s')
    await cache.getOrSet('a', () => 2)
    expect(ttl.last).toStrictEqual({
      ageMs: 30_000,
      ttlMs: 7500,
      hits: 5,
      invalidatedMs: undefined,
      state: Uint8Array.of(1),
    })
    expect((await cache.explain('a')).ttl).toStrictEqual({ loads: 2 })
  })

  test('as another instance or a new process finds it in Redis, as long as its grace lasts', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const [one, two] = [await open({ ttl, grace: '1m' }), await open({ ttl, grace: '1m' })]
    await one.getOrSet('a', () => 1)
    await one.idle()
    await clock.advance('30s')
    await two.getOrSet('a', () => 2)
    expect(ttl.last).toMatchObject({ ageMs: 30_000, ttlMs: 10_000, hits: undefined, state: Uint8Array.of(1) })
    await two.idle()
    await clock.advance('71s')
    const three = await open({ ttl, grace: '1m' })
    await three.getOrSet('a', () => 3)
    expect(ttl.last).toBe(undefined)
  })

  test('with its reads, although its copy came back from Redis meanwhile', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const cache = await open({ ttl, grace: '1m' })
    await cache.getOrSet('a', () => 1)
    await cache.idle()
    await cache.get('a')
    await clock.advance('15s')
    await cache.getOrSet('a', failing()) // answered from Redis, which nobody counts
    await clock.advance('15s')
    await cache.getOrSet('a', () => 2)
    expect(ttl.last).toMatchObject({ ageMs: 30_000, ttlMs: 10_000, hits: 1 })
  })

  test('also where memory is off; then nobody has counted its reads', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const cache = await open({ ttl, grace: '1m', memory: false })
    await cache.getOrSet('a', () => 1)
    await cache.idle()
    await cache.get('a')
    await clock.advance('30s')
    await cache.getOrSet('a', () => 2)
    expect(ttl.last).toMatchObject({ ageMs: 30_000, hits: undefined, state: Uint8Array.of(1) })
  })

  test('that it was invalidated, and when: by key or tag, hard or soft, here or elsewhere, and by a set', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const [one, two] = [await open({ ttl, grace: '1m' }), await open({ ttl, grace: '1m' })]
    const ways = [() => one.delete('a'), () => one.expire('a'), () => two.delete('a'), () => two.expire('a')]
    for (const [i, invalidate] of ways.entries()) {
      await one.getOrSet('a', () => i, { tags: ['t'] })
      await one.idle()
      await clock.advance('1s')
      await invalidate()
      await clock.advance('2s')
      await one.getOrSet('a', () => -i, { tags: ['t'] })
      expect(ttl.last, `way ${i}`).toMatchObject({ ageMs: 3000, invalidatedMs: 1000, ttlMs: 10_000 })
      await one.idle()
      await clock.advance('20s')
    }
    await one.getOrSet('a', () => 9, { tags: ['t'] })
    await one.idle()
    await clock.advance('1s')
    await one.deleteByTag('t')
    await clock.advance('1s')
    await one.getOrSet('a', () => 10)
    // By a tag it is noticed when it is read.
    expect(ttl.last).toMatchObject({ ageMs: 2000, invalidatedMs: 2000 })
    await clock.advance('1s')
    await one.set('a', 11)
    expect(ttl.last).toMatchObject({ ageMs: 1000, invalidatedMs: 1000 })
    expect(ttl.told.at(-1)?.previous?.state).toStrictEqual(Uint8Array.of(10))
  })

  test('that the loader found it unchanged', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const cache = await open({ ttl, grace: '1m' })
    await cache.getOrSet('a', () => 1)
    await clock.advance('30s')
    await cache.getOrSet('a', ({ notModified }) => notModified())
    expect(ttl.told.map(({ notModified }) => notModified)).toStrictEqual([false, true])
  })

  test('nothing where another policy kept nothing', async () => {
    const { open, clock } = world()
    const ttl = learner()
    const cache = await open({ grace: '1m' })
    await cache.getOrSet('a', () => 1)
    await clock.advance('6m')
    await cache.getOrSet('a', counted(2), { ttl })
    expect(ttl.last).toBe(undefined)
    expect((await cache.explain('a')).ttl).toBe(undefined)
  })
})

test('a ttl policy is told of loads that failed, and its own failure hides nothing', async () => {
  const { open } = world()
  const failures: string[] = []
  const failed = ({ key }: { readonly key: string }): never => {
    failures.push(key)
    throw new Error('of the policy')
  }
  const cache = await open({ ttl: Object.assign(() => '1s' as const, { failed }) })
  const error = new Error('no database')
  await expect(cache.getOrSet('a', failing(error))).rejects.toBe(error)
  expect(failures).toStrictEqual(['a'])
})

test('what a policy keeps is as authentic as the value: without keys nobody can change it', async () => {
  const { open, clock, redis } = world()
  const ttl = learner()
  const keys = { keys: { one: Buffer.alloc(32, 1) }, current: 'one' }
  const options = { ttl, grace: '1m', encryption: encryption(keys) } as const
  const told = async (forge: (bytes: Buffer) => void): Promise<number | undefined> => {
    const [one, two] = [await open(options), await open(options)]
    await one.delete('a')
    await one.getOrSet('a', () => 1)
    await one.idle()
    await clock.advance('30s')
    const bytes = Buffer.from(redis.bytes('a') ?? [])
    forge(bytes)
    bytes.writeUInt32BE(crc32(bytes.subarray(23)), 19)
    redis.poison('a', bytes)
    await two.getOrSet('a', () => 2)
    await two.idle()
    return ttl.last?.state?.[0]
  }
  expect(await told(() => {})).toBe(1)
  expect(await told(bytes => bytes.writeUInt8(9, 55))).toBe(undefined)
})
