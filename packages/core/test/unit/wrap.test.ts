import { expect, test, vi } from 'vitest'
import { errorOf, handCache, rejectionOf } from './support.ts'

test('a wrapped function is called once for the same arguments', async () => {
  const { cache } = handCache()
  const fn = vi.fn((a: number, b: { x: number; y: number }) => a + b.x + b.y)
  const wrapped = cache.wrap(fn, { name: 'sum' })
  expect(await wrapped(1, { x: 2, y: 3 })).toBe(6)
  expect(await wrapped(1, { y: 3, x: 2 })).toBe(6)
  expect(await wrapped(2, { x: 2, y: 3 })).toBe(7)
  expect(fn).toHaveBeenCalledTimes(2)
})

test('fresh calls it whatever is cached, invalidate makes the next call do so, key says under what', async () => {
  const { cache } = handCache()
  let n = 0
  const wrapped = cache.wrap((text: string) => Promise.resolve(text === '' ? 0 : ++n), { name: 'n' })
  expect([await wrapped('a'), await wrapped.fresh('a'), await wrapped('a')]).toStrictEqual([1, 2, 2])
  expect(await cache.get(wrapped.key('a'))).toBe(2)
  expect(await wrapped.invalidate('b')).toMatchObject({ status: 'committed' })
  expect(await wrapped('a')).toBe(2)
  await wrapped.invalidate('a')
  expect(await wrapped('a')).toBe(3)
})

test('its parts lie under its name: all of a function can be dropped at once', async () => {
  const { cache } = handCache()
  let n = 0
  const wrapped = cache.wrap((...all: string[]) => (all.length > 2 ? 0 : ++n), { name: 'user by mail' })
  await wrapped('a')
  await wrapped('a', 'b')
  await cache.deleteByPrefix(['user by mail'])
  expect([await wrapped('a'), await wrapped('a', 'b')]).toStrictEqual([3, 4])
})

test('two functions of one cache do not meet, nor two versions of one', async () => {
  const { cache } = handCache()
  const one = cache.wrap((id: number) => `one ${id}`, { name: 'one' })
  const two = cache.wrap((id: number) => `two ${id}`, { name: 'two' })
  const next = cache.wrap((id: number) => `next ${id}`, { name: 'one', version: 2 })
  expect([await one(1), await two(1), await next(1)]).toStrictEqual(['one 1', 'two 1', 'next 1'])
})

test('arguments that the function tells apart are keys of their own', async () => {
  const { cache } = handCache()
  const wrapped = cache.wrap((...args: unknown[]) => JSON.stringify([args.length, String(args[0])]), {
    name: 'args',
  })
  const calls: unknown[][] = [
    [],
    [''],
    [null],
    [undefined],
    ['a', 'b'],
    ['a:b'],
    [['a', 'b']],
    [{ a: 1 }],
    [{ a: 2 }],
  ]
  const results = []
  for (const args of calls) results.push(await wrapped(...(args as [])))
  expect(results).toStrictEqual(calls.map(args => JSON.stringify([args.length, String(args[0])])))
})

test('options are those of a call; the key and the tags may come from the arguments', async () => {
  const { cache, clock } = handCache()
  const fn = vi.fn((user: { id: number; seen: Date }) => user.seen.getTime())
  const wrapped = cache.wrap(fn, {
    name: 'u',
    ttl: '1m',
    key: user => ['by-id', user.id],
    tags: user => [`user:${user.id}`],
  })
  await wrapped({ id: 1, seen: new Date(1) })
  expect(await wrapped({ id: 1, seen: new Date(2) })).toBe(1)
  expect(wrapped.key({ id: 1, seen: new Date(3) })).toStrictEqual(['u', 'by-id', 1])
  await cache.deleteByTag('user:1')
  expect(await wrapped({ id: 1, seen: new Date(4) })).toBe(4)
  await clock.pass(60_000)
  expect(await wrapped({ id: 1, seen: new Date(5) })).toBe(5)
  const fixed = cache.wrap(fn, { name: 'fixed', key: () => 'a:b', tags: ['all'] })
  await fixed({ id: 1, seen: new Date(6) })
  expect(await cache.getEntry(['fixed', 'a:b'])).toMatchObject({ value: 6, tags: ['all'] })
})

test('its error rejects as thrown, and is not cached; a bad key rejects too', async () => {
  const { cache } = handCache()
  const mine = new Error('mine')
  const wrapped = cache.wrap(
    (fail: boolean): number => {
      if (fail) throw mine
      return 1
    },
    { name: 'f', key: () => 'same' },
  )
  await expect(wrapped(true)).rejects.toBe(mine)
  expect(await wrapped(false)).toBe(1)
  const bad = cache.wrap((text: string) => text.length, { name: 'bad' })
  expect((await rejectionOf(bad('\ud800'))).code).toBe('E_KEY')
})

test('what cannot be wrapped is refused at once', () => {
  const { cache } = handCache()
  const fn = (): number => 1
  expect(errorOf(() => cache.wrap('fn' as never, { name: 'f' }))).toMatchObject({
    code: 'E_OPTION',
    path: 'fn',
    value: 'fn',
  })
  expect(errorOf(() => cache.wrap(fn, { name: '' }))).toMatchObject({
    code: 'E_OPTION',
    path: 'name',
    value: '',
  })
  expect(errorOf(() => cache.wrap(fn, { name: 'f', tll: '1m' } as never))).toMatchObject({
    code: 'E_OPTION',
    path: 'tll',
  })
  expect(errorOf(() => cache.wrap(fn, { name: 'f', ttl: 'soon' as never }))).toMatchObject({
    code: 'E_TTL',
    path: 'ttl',
  })
})
