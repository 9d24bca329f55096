import { describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../src/index.ts'
import { counter, errorOf, handCache, rejectionOf, settled } from './support.ts'

/** Every way to delete `@a:user:1:posts`, which has the tag `t`. */
const WAYS: readonly (readonly [string, (cache: Cache) => Promise<unknown>])[] = [
  ['delete', cache => cache.namespace('a').delete('user:1:posts')],
  ['deleteMany', cache => cache.namespace('a').deleteMany([['user', 1, 'posts'], 'other'])],
  ['deleteByTag', cache => cache.deleteByTag(['x', 't'])],
  ['deleteByPrefix', cache => cache.namespace('a').deleteByPrefix(['user', 1])],
  ['clear', cache => cache.clear()],
  ['clear of its namespace', cache => cache.namespace('a').clear()],
  ['deleteMatching', cache => cache.namespace('a').deleteMatching('user:?:*')],
  ['set', cache => cache.namespace('a').set('user:1:posts', 'new')],
]
const SOFT_WAYS: readonly (readonly [string, (cache: Cache) => Promise<unknown>])[] = [
  ['expire', cache => cache.namespace('a').expire('user:1:posts')],
  ['expireByTag', cache => cache.expireByTag('t')],
  ['expireByPrefix', cache => cache.namespace('a').expireByPrefix('user:1')],
  ['expireAll', cache => cache.expireAll()],
]
const KEY = ['user', 1, 'posts'] as const
const TAGS = { tags: ['t'] }

describe.each(WAYS)('%s', (name, invalidate) => {
  const after = name === 'set' ? 'new' : undefined

  test('removes the value, a stale one too', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    const a = cache.namespace('a')
    await a.set(KEY, 'old', TAGS)
    await invalidate(cache)
    expect([a.getSync(KEY), await a.get(KEY), (await a.getEntry(KEY))?.value]).toStrictEqual([
      after,
      after,
      after,
    ])
    if (name === 'set') return
    await a.set(KEY, 'old', TAGS)
    await clock.pass(60_000)
    await invalidate(cache)
    expect(await a.getEntry(KEY)).toBe(undefined)
    await expect(a.getOrSet(KEY, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  })

  test('what is invalidated is cached again from the next load on', async () => {
    const { cache } = handCache()
    const a = cache.namespace('a')
    const { load, calls } = counter()
    await a.getOrSet(KEY, load, TAGS)
    await invalidate(cache)
    if (name === 'set') await a.delete(KEY)
    await a.getOrSet(KEY, load, TAGS)
    expect([await a.getOrSet(KEY, load, TAGS), calls()]).toStrictEqual([2, 2])
    await a.set(KEY, 'set', TAGS)
    expect(await a.get(KEY)).toBe('set')
  })

  test('during a load wins: who waited gets the value, nobody else does, and it is not kept', async () => {
    // It finds what is stored; a key that is only being loaded is not.
    if (name === 'deleteMatching') return
    const { cache } = handCache()
    const a = cache.namespace('a')
    const old = Promise.withResolvers<string>()
    const before = a.getOrSet(KEY, () => old.promise, TAGS)
    await settled()
    await invalidate(cache)
    const load = vi.fn(() => 'loaded after')
    const since = a.getOrSet(KEY, load, TAGS)
    await settled()
    old.resolve('old')
    expect(await before).toBe('old')
    expect(await since).toBe(after ?? 'loaded after')
    expect(await a.getOrSet(KEY, load, TAGS)).toBe(after ?? 'loaded after')
    expect(load).toHaveBeenCalledTimes(name === 'set' ? 0 : 1)
  })

  test('called and not yet settled, the old value is gone already', async () => {
    const { cache } = handCache()
    const a = cache.namespace('a')
    await a.set(KEY, 'old', TAGS)
    const calling = invalidate(cache)
    // A scan takes its time; everything else has happened when the call returns.
    if (name === 'deleteMatching') await calling
    expect(a.getSync(KEY)).toBe(undefined)
    await calling
  })
})

describe.each(SOFT_WAYS)('%s', (_, invalidate) => {
  test('leaves the value where a stale one is allowed, until its grace ends', async () => {
    const { cache, clock } = handCache({ ttl: '1m', grace: '1m' })
    const a = cache.namespace('a')
    await a.set(KEY, 'old', TAGS)
    await invalidate(cache)
    expect([await a.get(KEY), a.getSync(KEY)]).toStrictEqual([undefined, undefined])
    expect(await a.getEntry(KEY)).toMatchObject({ value: 'old', stale: true })
    expect(await a.getOrSet(KEY, () => Promise.reject(new Error('down')))).toBe('old')
    expect(await a.getOrSet(KEY, () => 'new', { swr: true })).toBe('old')
    await cache.idle()
    expect(await a.get(KEY)).toBe('new')
    await invalidate(cache)
    await clock.pass(120_000)
    expect(await a.getEntry(KEY)).toBe(undefined)
  })

  test('is a deletion where there is no grace', async () => {
    const { cache } = handCache({ ttl: '1m' })
    const a = cache.namespace('a')
    await a.set(KEY, 'old', TAGS)
    await invalidate(cache)
    expect(await a.getEntry(KEY)).toBe(undefined)
    await expect(a.getOrSet(KEY, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  })

  test('during a load keeps its value from being stored as fresh', async () => {
    const { cache } = handCache({ grace: '1m' })
    const a = cache.namespace('a')
    const old = Promise.withResolvers<string>()
    const before = a.getOrSet(KEY, () => old.promise, TAGS)
    await settled()
    await invalidate(cache)
    old.resolve('old')
    expect([await before, await a.get(KEY)]).toStrictEqual(['old', undefined])
    expect(await a.getOrSet(KEY, () => 'new', TAGS)).toBe('new')
  })
})

describe('what an invalidation concerns', () => {
  test('a tag: everything that has it, in every namespace', async () => {
    const { cache } = handCache()
    await cache.set('a', 1, { tags: ['x', 'y'] })
    await cache.set('b', 1, { tags: ['y'] })
    await cache.namespace('n').set('c', 1, { tags: ['x'] })
    await cache.deleteByTag('x')
    expect([await cache.get('a'), await cache.get('b'), await cache.namespace('n').get('c')]).toStrictEqual([
      undefined,
      1,
      undefined,
    ])
  })

  test('a prefix: itself and what lies under it by whole segments, in its namespace', async () => {
    const { cache } = handCache()
    const keys = [
      'user',
      'user:1',
      'user:1:posts',
      'user:10',
      'user:2',
      'users:1',
      ['user:1'],
      ['user', 1, 'x'.repeat(2000)],
    ]
    for (const key of keys) await cache.set(key, 1)
    await cache.namespace('n').set('user:1', 1)
    await cache.deleteByPrefix('user:1:')
    expect(await cache.getMany(keys)).toStrictEqual([1, undefined, undefined, 1, 1, 1, 1, undefined])
    expect(await cache.namespace('n').get('user:1')).toBe(1)
  })

  test('a list of strings is a key of parts and a list of keys; both are deleted', async () => {
    const { cache } = handCache()
    const all = ['a:b', 'a', 'b', 'c']
    const reset = (): Promise<unknown> => cache.setMany(all.map(key => [key, 1]))
    await reset()
    await cache.delete(['a', 'b'])
    expect(await cache.getMany(all)).toStrictEqual([undefined, undefined, undefined, 1])
    await reset()
    await cache.deleteMany(['a', 'b'])
    expect(await cache.getMany(all)).toStrictEqual([1, undefined, undefined, 1])
    await reset()
    await cache.delete([['a', 'b'], 'c'])
    expect(await cache.getMany(all)).toStrictEqual([undefined, 1, 1, undefined])
  })

  test('a pattern: * and ? are wild, everything else is literal', async () => {
    const { cache } = handCache()
    const keys = ['user:1', 'user:12', 'user.1', 'user[1]', 'user:1:x', 'job:1']
    const left = async (glob: string): Promise<unknown[]> => {
      for (const key of keys) await cache.set(key, key)
      const deleted = await cache.deleteMatching(glob)
      const rest = (await cache.getMany(keys)).filter(one => one !== undefined)
      expect(deleted).toBe(keys.length - rest.length)
      return rest
    }
    expect(await left('user:?')).toStrictEqual(keys.filter(key => key !== 'user:1'))
    expect(await left('user[1]')).toStrictEqual(keys.filter(key => key !== 'user[1]'))
    expect(await left('user.*')).toStrictEqual(keys.filter(key => key !== 'user.1'))
    expect(await left('*:1*')).toStrictEqual(['user.1', 'user[1]'])
    expect(await left('*')).toStrictEqual([])
    for (const bad of ['', '\ud800', 5])
      expect((await rejectionOf(cache.deleteMatching(bad as string))).code).toBe('E_KEY')
  })

  test('a pattern stays within its namespace', async () => {
    const { cache } = handCache()
    await cache.set('k', 1)
    await cache.namespace('a').set('k', 1)
    await cache.namespace('b').set('k', 1)
    expect(await cache.namespace('a').deleteMatching('*')).toBe(1)
    expect([await cache.get('k'), await cache.namespace('b').get('k')]).toStrictEqual([1, 1])
  })

  test('nothing: no tags and no keys are no invalidation', async () => {
    const { cache } = handCache()
    await cache.set('k', 1)
    expect(await cache.deleteByTag([])).toMatchObject({ status: 'committed' })
    expect(await cache.deleteMany([])).toMatchObject({ status: 'committed' })
    expect(await cache.get('k')).toBe(1)
  })
})

describe('order', () => {
  test('a delete called while a set is under way wins, and the other way round', async () => {
    const { cache } = handCache()
    await Promise.all([cache.set('k', 'set'), cache.delete('k')])
    expect(await cache.get('k')).toBe(undefined)
    await Promise.all([cache.delete('k'), cache.set('k', 'set')])
    expect(await cache.get('k')).toBe('set')
    await Promise.all([cache.set('k', 1), cache.set('k', 2), cache.set('k', 3)])
    expect(await cache.get('k')).toBe(3)
    await cache.setMany([
      ['k', 4],
      ['k', 5],
    ])
    expect(await cache.get('k')).toBe(5)
    await Promise.all([cache.set('k', 'set', TAGS), cache.deleteByTag('t')])
    expect(await cache.get('k')).toBe(undefined)
  })

  test('a tag deleted during the load of another key costs that load nothing', async () => {
    const { cache } = handCache()
    const value = Promise.withResolvers<string>()
    const load = vi.fn(() => value.promise)
    const loading = cache.getOrSet('k', load, { tags: ['mine'] })
    await settled()
    await cache.deleteByTag('theirs')
    const joined = cache.getOrSet('k', load, { tags: ['mine'] })
    await settled()
    value.resolve('v')
    expect([await loading, await joined, await cache.get('k')]).toStrictEqual(['v', 'v', 'v'])
    expect([load.mock.calls.length, cache.stats().fenced]).toStrictEqual([1, 0])
  })

  test('a value that was invalidated while it was loading is told as fenced', async () => {
    const { cache } = handCache()
    const fenced: string[] = []
    cache.on('fenced', ({ key }) => fenced.push(key))
    const value = Promise.withResolvers<string>()
    const loading = cache.getOrSet('k', () => value.promise)
    await settled()
    await cache.delete('k')
    value.resolve('v')
    await loading
    expect([fenced, cache.stats().fenced]).toStrictEqual([['k'], 1])
  })
})

describe('the answer', () => {
  test('without Redis every invalidation is committed, and told', async () => {
    const { cache } = handCache()
    const heard: unknown[] = []
    cache.on('invalidate', event => heard.push(event))
    const { status, done } = await cache.deleteByTag('t')
    await done
    await cache.namespace('a').expire('k')
    await cache.namespace('a').clear()
    const told = { keys: [], tags: [], prefixes: [], soft: false, remote: false, status: 'committed' }
    expect(status).toBe('committed')
    expect(heard).toMatchObject([
      { ...told, tags: ['t'] },
      { ...told, keys: ['@a:k'], soft: true },
      { ...told, prefixes: ['@a'] },
    ])
  })

  test('an option that a call does not have is refused, and nothing is invalidated', async () => {
    const { cache } = handCache()
    await cache.set('k', 1, TAGS)
    for (const call of [
      () => cache.delete('k', { strcit: true } as never),
      () => cache.deleteByTag('t', { strict: 'yes' } as never),
      () => cache.clear({ ttl: '1m' } as never),
      () => cache.deleteByTag(5 as never),
      () => cache.deleteByTag(['']),
    ]) {
      expect(['E_OPTION', 'E_KEY']).toContain((await rejectionOf(call())).code)
    }
    expect(await cache.get('k')).toBe(1)
  })

  test('a domain event invalidates what its rules say', async () => {
    const { cache } = handCache()
    const heard: unknown[] = []
    cache.on('notify', event => heard.push(event))
    await cache.set(['job', 7], 1)
    await cache.set('jobs', 1, { tags: ['org:1'] })
    await cache.set('other', 1)
    cache.rule<{ id: number; org: number }>('job.saved', ({ id, org }) => ({
      keys: [['job', id]],
      tags: [`org:${org}`],
    }))
    expect(await cache.notify('job.saved', { id: 7, org: 1 })).toMatchObject({ status: 'committed' })
    expect(await cache.getMany([['job', 7], 'jobs', 'other'])).toStrictEqual([undefined, undefined, 1])
    expect(heard).toStrictEqual([{ event: 'job.saved', keys: [['job', 7]], tags: ['org:1'] }])
    expect((await rejectionOf(cache.notify('jobs.saved'))).code).toBe('E_OPTION')
    expect(errorOf(() => cache.rule('', () => ({}))).code).toBe('E_OPTION')
  })
})
