import { expect, test } from 'vitest'
import { counted, heard, world } from './support.ts'

const JUNK: Record<string, (bytes: Buffer) => Buffer> = {
  'other bytes': () => Buffer.from('{"not":"ours"}'),
  'too few bytes': bytes => bytes.subarray(0, 30),
  'a byte that changed': bytes => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]),
  'a version to come': bytes => Buffer.concat([bytes.subarray(0, 1), Buffer.of(99), bytes.subarray(2)]),
}

for (const [what, spoil] of Object.entries(JUNK)) {
  test(`${what} in Redis: a miss, an event, and gone`, async () => {
    const { open, redis, clock } = world()
    const [one, two] = [await open(), await open()]
    await one.set('a', 'value')
    redis.poison('a', spoil(redis.bytes('a') ?? Buffer.alloc(0)))
    const errors = heard(two, 'error')
    expect(await two.get('a')).toBeUndefined()
    expect(errors).toMatchObject([{ operation: 'decode', key: 'a', error: { code: 'E_CODEC' } }])
    await clock.settle()
    expect([redis.keys(), redis.commands('discard'), two.stats().breaker]).toEqual([[], 1, 'closed'])
    const load = counted('loaded')
    expect([await two.getOrSet('a', load), load.calls]).toEqual(['loaded', 1])
    await two.idle()
    expect((await one.getEntry('a'))?.value).toBe('value')
    expect(await (await open()).get('a')).toBe('loaded')
  })
}

test('undecodable bytes do not keep a value from being loaded and stored', async () => {
  const { open, redis } = world()
  const [one, two] = [await open(), await open()]
  await one.set('a', 'value')
  redis.poison('a', Buffer.from('junk'))
  expect(await two.getOrSet('a', () => 'loaded')).toBe('loaded')
  await two.idle()
  expect(await (await open()).get('a')).toBe('loaded')
})

test('a value of another key in its place is refused', async () => {
  const { open, redis } = world()
  const [one, two] = [await open(), await open()]
  await one.set('mine', 'mine')
  await one.set('theirs', 'secret')
  redis.poison('mine', redis.bytes('theirs') ?? Buffer.alloc(0))
  expect(await two.get('mine')).toBeUndefined()
})
