import { describe, expect, test, vi } from 'vitest'
import type { StandardSchema } from '../../src/index.ts'
import { errorOf, handCache } from './support.ts'

interface User {
  readonly id: number
  readonly name: string
  readonly password?: string
}

const load = (id: number): User | undefined =>
  id < 0 ? undefined : { id, name: `user ${id}`, password: 'secret' }

test('a thing is loaded once, set, invalidated, and loaded again', async () => {
  const { cache } = handCache()
  const loader = vi.fn(load)
  const users = cache.resource({ name: 'user', load: loader })
  expect(await users.get(1)).toMatchObject({ id: 1 })
  expect(await users.get(1)).toMatchObject({ id: 1 })
  expect(await users.get(-1)).toBe(undefined)
  await users.set(2, { id: 2, name: 'set' })
  expect(await users.get(2)).toStrictEqual({ id: 2, name: 'set' })
  expect(await users.invalidate(1, 2)).toMatchObject({ status: 'committed' })
  await users.get(1)
  await users.get(2)
  expect(loader.mock.calls.map(([id]) => id)).toStrictEqual([1, -1, 1, 2])
})

test('it has a namespace of its own: a version orphans the one before, and all can be cleared', async () => {
  const { cache } = handCache()
  await cache.resource({ name: 'user', load }).set(1, { id: 1, name: 'old' })
  const users = cache.resource({ name: 'user', version: 2, load })
  expect((await users.get(1))?.name).toBe('user 1')
  await users.set(1, { id: 1, name: 'set' })
  await cache.namespace('user@2').clear()
  expect((await users.get(1))?.name).toBe('user 1')
  expect((await cache.resource({ name: 'user', load }).get(1))?.name).toBe('old')
})

test('its options are those of a life, its tags those of the identity', async () => {
  const { cache, clock } = handCache()
  const loader = vi.fn(load)
  const users = cache.resource({
    name: 'user',
    load: loader,
    ttl: '1m',
    grace: '1m',
    tags: id => [`user:${id}`],
  })
  await users.get(1)
  await cache.deleteByTag('user:1')
  await users.get(1)
  expect(loader).toHaveBeenCalledTimes(2)
  await clock.pass(60_000)
  loader.mockImplementation(() => {
    throw new Error('down')
  })
  expect((await users.get(1))?.name).toBe('user 1')
})

test('the loader is told what loaders are told', async () => {
  const { cache } = handCache()
  const users = cache.resource<string, string>({
    name: 'user',
    load: (id, { key, signal, skip }) => (skip(), `${id} ${JSON.stringify(key)} ${signal.aborted}`),
  })
  expect([await users.get('a'), await users.get('a')]).toStrictEqual(['a ["a"] false', 'a ["a"] false'])
})

describe('many', () => {
  test('are loaded in one call, in their order, without those that are cached', async () => {
    const { cache } = handCache()
    const loadMany = vi.fn((ids: number[]) => ids.map(load))
    const users = cache.resource({ name: 'user', load, loadMany })
    await users.get(2)
    expect((await users.getMany([3, 2, -1, 3])).map(user => user?.id)).toStrictEqual([3, 2, undefined, 3])
    expect(loadMany.mock.calls).toStrictEqual([[[3, -1]]])
    await users.warm([3, 4])
    expect(loadMany.mock.calls.at(-1)).toStrictEqual([[4]])
  })

  test('are loaded one by one without a loader for many', async () => {
    const { cache } = handCache()
    const loader = vi.fn(load)
    const users = cache.resource({ name: 'user', load: loader })
    expect((await users.getMany([1, 2, 1])).map(user => user?.id)).toStrictEqual([1, 2, 1])
    expect(loader).toHaveBeenCalledTimes(2)
  })

  test('the identity need not be the key', async () => {
    const { cache } = handCache()
    const loadMany = vi.fn((ids: { id: number; at: number }[]) =>
      ids.map(({ id }) => ({ id, name: `user ${id}` })),
    )
    const users = cache.resource<{ id: number; at: number }, User>({
      name: 'user',
      key: ({ id }) => `id:${id}`,
      load: ({ id }) => load(id),
      loadMany,
    })
    expect(
      (
        await users.getMany([
          { id: 1, at: 1 },
          { id: 2, at: 1 },
        ])
      ).map(user => user?.id),
    ).toStrictEqual([1, 2])
    expect((await users.get({ id: 1, at: 9 }))?.name).toBe('user 1')
    expect(loadMany).toHaveBeenCalledOnce()
  })

  test('have the tags of each', async () => {
    const { cache } = handCache()
    const users = cache.resource({
      name: 'user',
      load,
      loadMany: (ids: number[]) => ids.map(load),
      tags: id => [`user:${id}`],
    })
    await users.getMany([1, 2])
    await cache.deleteByTag('user:1')
    const left = await cache.namespace('user').getMany(['1', '2'])
    expect(left.map(user => user !== undefined)).toStrictEqual([false, true])
  })
})

describe('properties', () => {
  test('that are excluded are stored and answered by no way in', async () => {
    const { cache } = handCache()
    const users = cache.resource({
      name: 'user',
      load,
      loadMany: (ids: number[]) => ids.map(load),
      exclude: ['password'],
    })
    const clean = { id: 1, name: 'user 1' }
    expect(await users.get(1)).toStrictEqual(clean)
    expect(await users.getMany([1, 2])).toStrictEqual([clean, { id: 2, name: 'user 2' }])
    await users.set(3, { id: 3, name: 'set', password: 'secret' })
    expect(await cache.namespace('user').getMany(['1', '2', '3'])).toStrictEqual([
      clean,
      { id: 2, name: 'user 2' },
      { id: 3, name: 'set' },
    ])
  })

  test('may be picked; undefined and what is no object stay as they are', async () => {
    const { cache } = handCache()
    const users = cache.resource({ name: 'user', load, fields: ['name'] })
    expect([await users.get(1), await users.get(-1)]).toStrictEqual([{ name: 'user 1' }, undefined])
  })
})

describe('a schema', () => {
  const schema: StandardSchema<User> = {
    '~standard': {
      validate: value =>
        typeof (value as User).name === 'string'
          ? { value: value as User }
          : { issues: [{ message: 'name' }] },
    },
  }

  test('lets what passes through, and has the rest loaded anew and stored', async () => {
    const { cache } = handCache()
    const loader = vi.fn(load)
    const users = cache.resource({ name: 'user', load: loader, schema })
    const stored = cache.namespace('user')
    await stored.set('1', { id: 1, name: 'good' })
    await stored.set('2', { id: 2, nick: 'of an older version' })
    expect((await users.getMany([1, 2])).map(user => user?.name)).toStrictEqual(['good', 'user 2'])
    expect(await stored.get('2')).toMatchObject({ name: 'user 2' })
    expect(loader).toHaveBeenCalledOnce()
  })

  test('may be asynchronous', async () => {
    const { cache } = handCache()
    const slow: StandardSchema<User> = {
      '~standard': { validate: value => Promise.resolve(schema['~standard'].validate(value)) },
    }
    await cache.namespace('user').set('1', {})
    expect((await cache.resource({ name: 'user', load, schema: slow }).get(1))?.name).toBe('user 1')
  })
})

test('what cannot be a resource is refused at once', () => {
  const { cache } = handCache()
  const refused = (options: object): [string, string | undefined] => {
    const { code, path } = errorOf(() => cache.resource({ name: 'user', load, ...options } as never))
    return [code, path]
  }
  expect(refused({ load: 'load' })).toStrictEqual(['E_OPTION', 'load'])
  expect(refused({ fields: ['id'], exclude: ['name'] })).toStrictEqual(['E_OPTION', 'exclude'])
  expect(refused({ ttl: 'soon' })[0]).toBe('E_TTL')
  expect(refused({ tll: '1m' })).toStrictEqual(['E_OPTION', 'tll'])
  for (const name of ['', undefined, 5])
    expect(refused({ name, version: 1 })).toStrictEqual(['E_OPTION', 'name'])
})
