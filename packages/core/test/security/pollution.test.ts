import { afterEach, describe, expect, test } from 'vitest'
import { parseTargets } from '../../src/coherence/message.ts'
import { createCache, type CacheOptions, encryption, fromEnv, integrity } from '../../src/index.ts'
import { world } from '../testing/support.ts'

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
]

afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

describe.each(NAMES)('%s', name => {
  test('is a key, tag, namespace, rule and part of an object key like any other', async () => {
    const { open } = world()
    const cache = await open({ memory: false })
    const inner = cache.namespace(name)
    await inner.set(name, 1, { tags: [name] })
    await inner.set([name, name], 2)
    await cache.set(['o', JSON.parse(`{"${name}":{"polluted":true}}`) as Record<string, unknown>], 3)
    expect(await inner.get(name)).toBe(1)
    expect(await inner.getMany([name, [name, name]])).toEqual([1, 2])
    expect(await cache.get(['o', {}])).toBeUndefined()
    expect(
      await cache.get(['o', JSON.parse(`{"${name}":{"polluted":false}}`) as Record<string, unknown>]),
    ).toBeUndefined()
    cache.rule(name, () => ({ tags: [name] }))
    await cache.notify(name, {})
    expect(await inner.get(name)).toBeUndefined()
    await inner.deleteByPrefix([name])
    expect(await inner.get([name, name])).toBeUndefined()
  })

  test('is a type like any other', async () => {
    const types = JSON.parse(`{"${name}":"1s"}`) as Record<string, string>
    const { open, clock } = world()
    const cache = await open({ types: types as CacheOptions['types'] & object, ttl: '1h' })
    await cache.set([name, 1], 'short')
    await cache.set(['other', 1], 'long')
    await clock.advance('2s')
    expect(await cache.get([name, 1])).toBeUndefined()
    expect(await cache.get(['other', 1])).toBe('long')
  })

  test('is no type where nobody said so', async () => {
    const { open } = world()
    const cache = await open({ types: { user: '1s' } })
    await cache.set([name, 1], 1)
    expect((await cache.getEntry([name, 1]))?.ttlMs).toBeGreaterThan(200_000)
  })

  test.each(['', 'memory', 'breaker', 'timeouts', 'compression'])('is no option (of %j)', path => {
    const nested = JSON.parse(`{"${name}":{"polluted":true}}`) as Record<string, unknown>
    const options = path === '' ? nested : { [path]: nested }
    expect(() => createCache(options as CacheOptions)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })

  test('names no key of encryption or integrity', () => {
    for (const make of [encryption, integrity]) {
      expect(() => make({ keys: { k: Buffer.alloc(32) }, current: name })).toThrow(/current/)
    }
  })

  test('comes back from Redis as a name', async () => {
    const { open } = world()
    const cache = await open({ memory: false })
    const value: unknown = JSON.parse(
      `{"${name}":{"polluted":true},"rows":[{"${name}":1},{"${name}":2},{"${name}":3}]}`,
    )
    await cache.set('k', value)
    const read = await cache.get<object>('k')
    expect(JSON.stringify(read)).toBe(JSON.stringify(value))
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  })
})

test('a message of the bus with such names invalidates keys of these names, and nothing else happens', () => {
  const payload =
    '{"__proto__":{"k":["a"],"polluted":1},"constructor":{"prototype":{"polluted":1}},"k":["__proto__"]}'
  expect(parseTargets(payload)).toEqual({ keys: ['__proto__'], tags: [], prefixes: [], soft: false })
  expect(parseTargets('{"__proto__":{"k":["a"]}}')).toEqual({ keys: [], tags: [], prefixes: [], soft: false })
})

test('an environment with such names is read as one without', () => {
  const environment = JSON.parse(
    '{"__proto__":{"REDIS_URL":"redis://other"},"REDIS_HOST":"h"}',
  ) as NodeJS.ProcessEnv
  expect(JSON.stringify(fromEnv(environment))).not.toContain('other')
})

test('stats of many namespaces made of user text stay plain data', async () => {
  const { open } = world()
  const cache = await open()
  for (const name of NAMES) await cache.namespace(name).get('k')
  expect(cache.stats().misses).toBe(NAMES.length)
  expect(cache.namespace('__proto__').stats().misses).toBe(1)
  expect(JSON.parse(JSON.stringify(cache.stats()))).toEqual(cache.stats())
})
