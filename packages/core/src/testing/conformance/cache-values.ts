import assert from 'node:assert/strict'
import { type CacheTest, counted } from './cache-world.ts'

const FALSY = { zero: 0, 'minus zero': -0, empty: '', false: false, null: null, NaN: Number.NaN }

export function valueTests(test: CacheTest): void {
  test('a key without a value gives undefined', async cache => {
    assert.equal(await cache.get('none'), undefined)
    assert.equal(cache.getSync('none'), undefined)
    assert.equal(await cache.getEntry('none'), undefined)
    assert.equal(await cache.has('none'), false)
  })

  test('a value that was set is there, with its tags and its age', async cache => {
    const { status, done } = await cache.set('a', { id: 1 }, { tags: ['t', 't'], ttl: '1m', jitter: 0 })
    await done
    assert.equal(status, 'committed')
    assert.deepEqual(await cache.get('a'), { id: 1 })
    const entry = await cache.getEntry('a')
    assert.deepEqual([entry?.value, entry?.stale, entry?.tags], [{ id: 1 }, false, ['t']])
    assert.ok(entry !== undefined && entry.ageMs >= 0 && entry.ttlMs > 0 && entry.ttlMs <= 60_000)
    assert.equal(await cache.has('a'), true)
  })

  test('falsy values are values: they are hits, and load nothing', async cache => {
    for (const [key, value] of Object.entries(FALSY)) {
      await cache.set(key, value)
      const load = counted<unknown>('loaded')
      assert.ok(Object.is(await cache.get(key), value), key)
      assert.ok(Object.is(await cache.getOrSet(key, load), value), key)
      assert.equal(load.calls, 0, key)
      assert.equal(await cache.has(key), true)
    }
  })

  test('falsy values that were loaded are loaded once', async cache => {
    for (const [key, value] of Object.entries(FALSY)) {
      const load = counted<unknown>(value)
      assert.ok(Object.is(await cache.getOrSet(key, load), value), key)
      assert.ok(Object.is(await cache.getOrSet(key, load), value), key)
      assert.equal(load.calls, 1, key)
    }
  })

  test('undefined means absent: a loader may return it, and is asked again', async cache => {
    const load = counted(undefined)
    assert.equal(await cache.getOrSet('a', load), undefined)
    assert.equal(await cache.getOrSet('a', load), undefined)
    assert.equal(load.calls, 2)
    await assert.rejects(cache.set('a', undefined), { name: 'CacheError', code: 'E_VALUE' })
  })

  test('dates, maps, sets, bigints and bytes come back as they are', async cache => {
    const value = {
      at: new Date(5),
      map: new Map([['a', 1n]]),
      set: new Set([1]),
      bytes: Buffer.from([1, 2]),
      gap: [undefined, -0],
    }
    await cache.set('a', value)
    assert.deepEqual(await cache.get('a'), value)
  })

  test('a key of parts is the key it prints as, and other parts are other keys', async cache => {
    await cache.set(['user', 1], 'parts')
    assert.equal(await cache.get('user:1'), 'parts')
    assert.equal(await cache.get(['user:1']), undefined)
    await cache.set(['search', { b: 1, a: 2 }], 'object')
    assert.equal(await cache.get(['search', { a: 2, b: 1 }]), 'object')
    assert.equal(await cache.get(['search', { a: 2, b: '1' }]), undefined)
  })

  test('what cannot be a key rejects with E_KEY, wherever it is given', async cache => {
    const calls = [
      cache.get(''),
      cache.set('\ud800', 1),
      cache.getOrSet([], () => 1),
      cache.delete(['a', Number.NaN]),
      cache.getMany(['a', '']),
      cache.deleteByTag(''),
    ]
    for (const call of calls) await assert.rejects(call, { name: 'CacheError', code: 'E_KEY' })
  })

  test('namespaces do not see each other’s keys, and clearing one leaves the others', async cache => {
    const [a, b] = [cache.namespace('a'), cache.namespace('b')]
    const child = a.namespace('child')
    for (const [one, name] of [
      [cache, 'root'],
      [a, 'a'],
      [b, 'b'],
      [child, 'child'],
    ] as const)
      await one.set('key', name)
    await cache.set('a:key', 'plain')
    assert.deepEqual(await Promise.all([cache, a, b, child].map(one => one.get('key'))), [
      'root',
      'a',
      'b',
      'child',
    ])
    await a.clear()
    assert.deepEqual(await Promise.all([cache, a, b, child].map(one => one.get('key'))), [
      'root',
      undefined,
      'b',
      undefined,
    ])
    assert.equal(await cache.get('a:key'), 'plain')
    await cache.clear()
    assert.deepEqual(await Promise.all([cache.get('key'), b.get('key')]), [undefined, undefined])
  })
}
