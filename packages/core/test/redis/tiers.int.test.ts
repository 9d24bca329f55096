import { describe, expect, inject, test } from 'vitest'
import type { CacheOptions } from '../../src/index.ts'
import { coldGet, open, space } from './support/caches.ts'
import { gate, until } from './support/until.ts'

const shared = (): CacheOptions => ({ namespace: space(), redis: inject('redisUrl') })

const values: Record<string, unknown> = {
  zero: 0,
  'minus zero': -0,
  fraction: 0.1 + 0.2,
  NaN: Number.NaN,
  infinity: Number.NEGATIVE_INFINITY,
  'the largest safe integer': Number.MAX_SAFE_INTEGER,
  bigint: 2n ** 80n,
  false: false,
  true: true,
  null: null,
  'an empty string': '',
  'the string "undefined"': 'undefined',
  'text beyond ASCII': 'größe 日本語 🎈 \u0000',
  'an empty array': [],
  'an empty object': {},
  'a date': new Date(1_700_000_000_123),
  bytes: new Uint8Array([0, 255, 128]),
  'a map': new Map<unknown, unknown>([
    ['a', 1],
    [2, new Set(['b'])],
  ]),
  'a set': new Set([1, 'two', null]),
  'an error with its message': new RangeError('too far'),
  'a pattern': /a+/gi,
  'undefined inside': [undefined, { a: undefined }],
  'a nested object': { id: 7, at: new Date(0), tags: ['a', { deep: [1, [2, [3n]]] }], none: null },
  'an own key __proto__': JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
  'many of one shape': Array.from({ length: 300 }, (_, i) => ({ id: i, name: `n${i}`, ok: i % 3 === 0 })),
  'a megabyte of text': 'ä'.repeat(500_000),
}

describe('a value is the same from memory and from Redis', () => {
  const options = shared

  test.each(Object.entries(values))('%s', async (_, value) => {
    const here = options()
    await using writer = await open(here)
    await using reader = await open(here)
    await writer.set('set', value)
    await writer.getOrSet('loaded', () => value)
    await writer.idle()
    for (const key of ['set', 'loaded']) {
      expect(writer.getSync(key)).toBe(value)
      const entry = await reader.getEntry(key)
      expect(entry?.tier).toBe('redis')
      expect(entry?.value).toStrictEqual(value)
      await until('memory has it', async () => (await reader.getEntry(key))?.tier === 'memory')
      expect(reader.getSync(key)).toStrictEqual(value)
    }
  })

  test('and absent where there is none: a loader that finds nothing stores nothing', async () => {
    const here = options()
    await using cache = await open(here)
    let loads = 0
    const load = (): undefined => {
      loads++
    }
    expect(await cache.getOrSet('k', load)).toBeUndefined()
    expect(await cache.getOrSet('k', load)).toBeUndefined()
    expect(loads).toBe(2)
    await expect(cache.set('k', undefined)).rejects.toMatchObject({ code: 'E_VALUE' })
    expect(await coldGet(here, 'k')).toBeUndefined()
  })

  test('with its tags, its age and what is left of its ttl', async () => {
    const here = { ...options(), jitter: 0 }
    await using writer = await open(here)
    await using reader = await open(here)
    await writer.set('k', 1, { ttl: '1m', tags: ['a', 'größe'] })
    const entry = await reader.getEntry('k')
    expect(entry).toMatchObject({ value: 1, tier: 'redis', stale: false, tags: ['a', 'größe'] })
    expect(entry?.ttlMs).toBeGreaterThan(55_000)
    expect(entry?.ttlMs).toBeLessThanOrEqual(60_000)
    expect(entry?.ageMs).toBeLessThan(5000)
  })

  test('and gone from both when its ttl has passed', async () => {
    const here = { ...options(), jitter: 0 }
    await using writer = await open(here)
    await using reader = await open(here)
    await writer.set('k', 1, { ttl: '300ms' })
    const from = performance.now()
    expect(await reader.get('k')).toBe(1)
    await until(
      'its ttl has passed',
      () => reader.getSync('k') === undefined && writer.getSync('k') === undefined,
      1000,
    )
    expect(performance.now() - from).toBeLessThan(600)
    expect(await reader.get('k')).toBeUndefined()
    expect(await coldGet(here, 'k')).toBeUndefined()
  })

  test('keys that are alike stay apart, in Redis too', async () => {
    const here = options()
    await using writer = await open(here)
    await using reader = await open(here)
    const keys = [
      'a:b',
      ['a:b'],
      ['a', 'b', ''],
      ['a', ''],
      'a',
      'a%3Ab:',
      '{a}',
      '*',
      ['*'],
      '@a:b',
      '#a',
      '%a',
      'ä',
      'x'.repeat(3000),
    ]
    await writer.namespace('a').set('b', 'of a namespace')
    for (const [i, key] of keys.entries()) await writer.set(key, i)
    for (const [i, key] of keys.entries()) expect(await reader.get(key)).toBe(i)
    expect(await reader.get(['a', 'b'])).toBe(0)
    expect(await reader.namespace('a').get('b')).toBe('of a namespace')
  })
})

describe('many keys at once', () => {
  test('getMany gives values in the order of the keys, from either tier, and undefined for the rest', async () => {
    const options = shared()
    await using writer = await open(options)
    await using reader = await open(options)
    await writer.setMany([
      ['a', 1],
      [['b', 2], null],
      ['c', 0],
    ])
    expect(await reader.get('c')).toBe(0)
    const found = await reader.getMany(['nothing', 'c', ['b', 2], 'a', 'a', 'b:2'])
    expect(found).toEqual([undefined, 0, null, 1, 1, null])
    expect(await reader.getMany([])).toEqual([])
  })

  test('setMany is obeyed by every instance', async () => {
    const options = shared()
    await using writer = await open(options)
    await using reader = await open(options)
    await writer.setMany(Array.from({ length: 100 }, (_, i) => [['k', i], 'old']))
    const keys = Array.from({ length: 100 }, (_, i) => ['k', i])
    expect(new Set(await reader.getMany(keys))).toEqual(new Set(['old']))
    const { status } = await writer.setMany(
      keys.map(key => [key, 'new']),
      { tags: ['t'] },
    )
    expect(status).toBe('committed')
    await until('the others obey', async () => !(await reader.getMany(keys)).includes('old'))
    expect(new Set(await reader.getMany(keys))).toEqual(new Set(['new']))
    await reader.deleteByTag('t')
    await until('the writer obeys', () => writer.getSync('k:0') === undefined)
    expect(new Set(await writer.getMany(keys))).toEqual(new Set([undefined]))
  })

  test('getOrSetMany loads what neither tier has, in one call, each key once', async () => {
    const options = shared()
    await using writer = await open(options)
    await using reader = await open(options)
    await writer.set('a', 'stored')
    const asked: unknown[] = []
    const load = (keys: string[]): string[] => {
      asked.push(keys)
      return keys.map(key => `${key} loaded`)
    }
    const found = await reader.getOrSetMany(['b', 'a', 'c', 'b'], load)
    expect(found).toEqual(['b loaded', 'stored', 'c loaded', 'b loaded'])
    expect(asked).toEqual([['b', 'c']])
    await reader.idle()
    expect(await coldGet(options, 'b')).toBe('b loaded')
    expect(await writer.getOrSetMany(['c', 'b', 'a'], load)).toEqual(['c loaded', 'b loaded', 'stored'])
    expect(asked).toHaveLength(1)
  })

  test('getOrSetMany of instances that overlap loads each key once in all', async () => {
    const options = shared()
    await using a = await open(options)
    await using b = await open(options)
    const asked: string[] = []
    const load = async (keys: string[]): Promise<Map<string, string>> => {
      asked.push(...keys)
      await until('others had time to ask too', () => true)
      return new Map(keys.map(key => [key, `${key} loaded`]))
    }
    const [left, right, single] = await Promise.all([
      a.getOrSetMany(['1', '2', '3', '4'], load),
      b.getOrSetMany(['3', '4', '5', '6'], load),
      b.getOrSet('4', () => load(['4']).then(found => found.get('4'))),
    ])
    expect(left).toEqual(['1 loaded', '2 loaded', '3 loaded', '4 loaded'])
    expect(right).toEqual(['3 loaded', '4 loaded', '5 loaded', '6 loaded'])
    expect(single).toBe('4 loaded')
    expect(asked.toSorted()).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('a delete during a bulk load wins for its key and leaves the others', async () => {
    const options = shared()
    await using loader = await open(options)
    await using other = await open(options)
    const begun = gate()
    const rows = gate()
    const loading = loader.getOrSetMany(['a', 'b'], async keys => {
      begun.open()
      await rows.promise
      return keys.map(key => `old ${key}`)
    })
    await begun.promise
    await other.delete('a')
    rows.open()
    expect(await loading).toEqual(['old a', 'old b'])
    await loader.idle()
    await until('the loader obeys', () => loader.getSync('a') === undefined)
    expect(await loader.getMany(['a', 'b'])).toEqual([undefined, 'old b'])
    expect(await coldGet(options, 'a')).toBeUndefined()
    expect(await coldGet(options, 'b')).toBe('old b')
  })

  test('a bulk loader that fails rejects with its own error, and its keys can be loaded at once', async () => {
    await using cache = await open(shared())
    const error = new Error('the database is away')
    await expect(cache.getOrSetMany(['a', 'b'], () => Promise.reject(error))).rejects.toBe(error)
    expect(await cache.getOrSetMany(['a', 'b'], keys => keys)).toEqual(['a', 'b'])
  })
})
