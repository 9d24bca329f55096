import assert from 'node:assert/strict'
import type { Cache } from '../../cache.ts'
import { type CacheTest, counted } from './cache-world.ts'

async function fill(cache: Cache, keys: readonly string[]): Promise<void> {
  for (const key of keys) await cache.set(key, key, { tags: [`tag-${key}`, 'all'], grace: '1m' })
}

async function left(cache: Cache, keys: readonly string[]): Promise<string[]> {
  const values = await cache.getMany<string>(keys)
  return values.filter(value => value !== undefined)
}

const KEYS = ['user', 'user:1', 'user:1:posts', 'user:10', 'users:1']

export function invalidationTests(test: CacheTest): void {
  test('what was deleted is gone when the call resolves, and only that', async cache => {
    await fill(cache, KEYS)
    const { status } = await cache.delete('user:1')
    assert.equal(status, 'committed')
    assert.deepEqual(await left(cache, KEYS), ['user', 'user:1:posts', 'user:10', 'users:1'])
    await cache.delete([['user', 10], 'users:1'])
    await cache.deleteMany(['user', 'none'])
    assert.deepEqual(await left(cache, KEYS), ['user:1:posts'])
  })

  test('a delete by tag takes every value that has it', async cache => {
    await fill(cache, KEYS)
    await cache.deleteByTag(['tag-user:1', 'tag-user:10'])
    assert.deepEqual(await left(cache, KEYS), ['user', 'user:1:posts', 'users:1'])
    await cache.deleteByTag('all')
    assert.deepEqual(await left(cache, KEYS), [])
  })

  test('a delete by prefix takes whole segments: user:1 and what is under it, not user:10', async cache => {
    await fill(cache, KEYS)
    await cache.deleteByPrefix(['user', 1])
    assert.deepEqual(await left(cache, KEYS), ['user', 'user:10', 'users:1'])
    await cache.deleteByPrefix('user')
    assert.deepEqual(await left(cache, KEYS), ['users:1'])
  })

  test('a delete by pattern counts what it took; all but * and ? is literal', async cache => {
    const keys = ['a:1', 'a:2', 'a:12', 'b:1', 'x[1]', 'x1', 'x.y']
    await fill(cache, keys)
    assert.equal(await cache.deleteMatching('a:?'), 2)
    assert.equal(await cache.deleteMatching('x[1]'), 1)
    assert.equal(await cache.deleteMatching('x.*'), 1)
    assert.equal(await cache.deleteMatching('none*'), 0)
    assert.deepEqual(await left(cache, keys), ['a:12', 'b:1', 'x1'])
  })

  test('values set after an invalidation are not touched by it', async cache => {
    await cache.set('a:1', 'old', { tags: ['t'] })
    await Promise.all([cache.deleteByTag('t'), cache.deleteByPrefix('a'), cache.delete('a:1'), cache.clear()])
    await cache.set('a:1', 'new', { tags: ['t'] })
    assert.equal(await cache.get('a:1'), 'new')
  })

  for (const [by, expire] of [
    ['key', (cache: Cache) => cache.expire('a:1')],
    ['tag', (cache: Cache) => cache.expireByTag('t')],
    ['prefix', (cache: Cache) => cache.expireByPrefix('a')],
    ['namespace', (cache: Cache) => cache.expireAll()],
  ] as const) {
    test(`a value expired by ${by} is no hit, and is there for its grace`, async cache => {
      await cache.set('a:1', 'old', { tags: ['t'], grace: '1m' })
      await expire(cache)
      assert.equal(await cache.get('a:1'), undefined)
      const entry = await cache.getEntry('a:1')
      assert.deepEqual([entry?.value, entry?.stale, entry?.ttlMs], ['old', true, 0])
      const fail = (): never => {
        throw new Error('no database')
      }
      assert.equal(await cache.getOrSet('a:1', fail), 'old')
      assert.equal(await cache.getOrSet('a:1', counted('new')), 'new')
      assert.equal(await cache.get('a:1'), 'new')
    })
  }

  test('what was set over an older value is what is read', async cache => {
    for (const value of [1, 2, 3]) {
      await cache.set('a', value)
      assert.equal(await cache.get('a'), value)
    }
  })

  test('an event of the domain invalidates what its rules say', async cache => {
    await fill(cache, KEYS)
    cache.rule<{ id: number }>('changed', ({ id }) => ({ keys: [['user', id]] }))
    const stop = cache.rule('changed', () => ({ tags: ['tag-users:1'] }))
    await cache.notify('changed', { id: 1 })
    assert.deepEqual(await left(cache, KEYS), ['user', 'user:1:posts', 'user:10'])
    stop()
    await fill(cache, KEYS)
    await cache.notify('changed', { id: 1 })
    assert.deepEqual(await left(cache, KEYS), ['user', 'user:1:posts', 'user:10', 'users:1'])
    await assert.rejects(cache.notify('misspelt'), { code: 'E_OPTION' })
  })
}
