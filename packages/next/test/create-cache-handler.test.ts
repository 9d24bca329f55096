import type { CacheHandler } from 'next/dist/server/lib/cache-handlers/types.js'
import { expect, test } from 'vitest'
import { createCacheHandler, type UseCacheEntry } from '../src/index.ts'
import { site as newSite } from './support/instances.ts'
import { invalidate, made, read, store, textOf } from './support/use-cache.ts'

test('a handler is what Next.js asks for', () => {
  const handler: CacheHandler = createCacheHandler({ namespace: 'types' })
  expect(Object.keys(handler).toSorted()).toEqual([
    'get',
    'getExpiration',
    'refreshTags',
    'set',
    'updateTags',
  ])
})

test('what one instance stored the other serves, byte for byte and with its times', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  const entry = made(site, '', { value: new Blob([bytes]).stream(), tags: ['jobs'] })
  await store(site, a, 'key', entry)
  const found = await b.get('key', ['_N_T_/jobs'])
  expect(found).toMatchObject({
    tags: ['jobs'],
    stale: 30,
    timestamp: entry.timestamp,
    expire: 3600,
    revalidate: 60,
  })
  expect(
    Buffer.from(await new Response(found?.value as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer()),
  ).toEqual(Buffer.from(bytes))
})

test('each get has a stream of its own, and what its reader does to the bytes stays there', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  await store(site, handler, 'key', made(site, 'text'))
  const first = await handler.get('key', [])
  for await (const chunk of first?.value ?? []) chunk.fill(0)
  expect(await read(handler, 'key')).toBe('text')
  expect(await read(handler, 'key')).toBe('text')
})

test('a get waits for the set of its key that is under way', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const pending = Promise.withResolvers<UseCacheEntry>()
  const setting = handler.set('key', pending.promise)
  const getting = read(handler, 'key')
  const writer = writable.getWriter()
  pending.resolve(made(site, '', { value: readable }))
  await writer.write(Buffer.from('in two '))
  expect(await Promise.race([getting, Promise.resolve('waits')])).toBe('waits')
  await writer.write(Buffer.from('parts'))
  await writer.close()
  expect(await getting).toBe('in two parts')
  await setting
})

test('a result whose making fails ends the wait, and stores nothing', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  const setting = handler.set('key', Promise.reject(new Error('no database')))
  expect(await read(handler, 'key')).toBeUndefined()
  await setting
  expect(site.redis.keys().filter(key => key.includes('use-cache'))).toEqual([])
})

test('a stream that breaks off stores nothing, and what was stored before stays', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  const broken = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('half'))
      },
      pull(controller) {
        controller.error(new Error('aborted'))
      },
    })
  await store(site, handler, 'new', made(site, '', { value: broken() }))
  expect(await read(handler, 'new')).toBeUndefined()
  await store(site, handler, 'old', made(site, 'whole'))
  await store(site, handler, 'old', made(site, '', { value: broken() }))
  expect(await read(handler, 'old')).toBe('whole')
})

test('a result that is too large is not stored, and its stream is not read to its end', async () => {
  const site = newSite()
  const handler = createCacheHandler({ ...(await site.instance()), maxEntryBytes: 10 })
  let cancelled = false
  const value = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(Buffer.from('123456')),
    cancel: () => void (cancelled = true),
  })
  const warned = new Promise<Error>(resolve => process.once('warning', resolve))
  await store(site, handler, 'key', made(site, '', { value }))
  expect([cancelled, await read(handler, 'key')]).toEqual([true, undefined])
  expect((await warned).message).toContain('more than 10 bytes')
})

test('a result is kept until it expires, also past its revalidate, which Next.js judges', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  await store(site, handler, 'key', made(site, 'text', { revalidate: 10, expire: 60 }))
  await site.clock.advance('59s')
  expect(await handler.get('key', [])).toMatchObject({ revalidate: 10 })
  await site.clock.advance('1s')
  expect(await handler.get('key', [])).toBeUndefined()
})

test('a result that expires at once is not stored, and one that never does is', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  await store(site, handler, 'dynamic', made(site, 'text', { revalidate: 0, expire: 0 }))
  expect(await read(handler, 'dynamic')).toBeUndefined()
  await store(site, handler, 'static', made(site, 'text', { expire: Infinity }))
  await store(site, handler, 'max', made(site, 'text', { expire: 0xfffffffe }))
  site.clock.leap('300d')
  await site.clock.advance('1s')
  expect([await read(handler, 'static'), await read(handler, 'max')]).toEqual(['text', 'text'])
})

test('updateTags without durations: no instance serves what has the tag', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  await store(site, a, 'jobs', made(site, 'jobs', { tags: ['jobs'] }))
  await store(site, a, 'users', made(site, 'users', { tags: ['users'] }))
  expect([await read(b, 'jobs'), await read(b, 'users')]).toEqual(['jobs', 'users'])
  await invalidate(site, a, ['jobs'])
  expect([await read(b, 'jobs'), await read(b, 'users')]).toEqual([undefined, 'users'])
  expect(await read(a, 'jobs')).toBeUndefined()
  await store(site, b, 'jobs', made(site, 'new jobs', { tags: ['jobs'] }))
  expect([await read(a, 'jobs'), await read(b, 'jobs')]).toEqual(['new jobs', 'new jobs'])
})

test('updateTags with durations: what has the tag is served as stale, for so long at most', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  await store(site, a, 'jobs', made(site, 'jobs', { tags: ['jobs'] }))
  await invalidate(site, a, ['jobs'], { expire: 100 })
  for (const handler of [a, b]) expect(await handler.get('jobs', [])).toMatchObject({ revalidate: -1 })
  await site.clock.advance('99s')
  expect(await textOf(await b.get('jobs', []))).toBe('jobs')
  await site.clock.advance('1s')
  for (const handler of [a, b]) expect(await handler.get('jobs', [])).toBeUndefined()
})

test('durations without an end leave it stale; an expire of 0 is at once', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  await store(site, handler, 'a', made(site, 'a', { tags: ['a'], expire: 100_000 }))
  await store(site, handler, 'b', made(site, 'b', { tags: ['b'] }))
  await invalidate(site, handler, ['a'], {})
  await invalidate(site, handler, ['b'], { expire: 0 })
  site.clock.leap('24h')
  await site.clock.advance('1s')
  expect(await handler.get('a', [])).toMatchObject({ revalidate: -1 })
  expect(await handler.get('b', [])).toBeUndefined()
})

test('a result whose making began before an invalidation is never served, though it was stored after it', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  const old = made(site, 'read before the write', { tags: ['jobs'] })
  await site.clock.advance(5)
  await invalidate(site, a, ['jobs'])
  await store(site, b, 'jobs', old)
  expect([await read(a, 'jobs'), await read(b, 'jobs')]).toEqual([undefined, undefined])
})

test('soft tags: only who reads with one that was invalidated since does not get the result', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  await store(site, a, 'menu', made(site, 'menu'))
  expect(await read(b, 'menu', ['_N_T_/a'])).toBe('menu')
  await invalidate(site, a, ['_N_T_/a'])
  expect(await read(b, 'menu', ['_N_T_/layout', '_N_T_/a'])).toBeUndefined()
  expect(await read(b, 'menu', ['_N_T_/layout', '_N_T_/b'])).toBe('menu')
  await site.clock.advance(1)
  await store(site, b, 'menu', made(site, 'new menu'))
  expect(await read(a, 'menu', ['_N_T_/layout', '_N_T_/a'])).toBe('new menu')
})

test('getExpiration is the time of the last invalidation on any instance, 0 if there was none', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  expect(await b.getExpiration(['_N_T_/a', '_N_T_/b'])).toBe(0)
  await site.clock.advance('1s')
  const at = site.clock.wall()
  await invalidate(site, a, ['_N_T_/a'])
  await site.clock.advance('1s')
  expect(await b.getExpiration(['_N_T_/a', '_N_T_/b'])).toBe(at)
  expect(await b.getExpiration(['_N_T_/b'])).toBe(0)
})

test('more tags than core takes, and longer ones, all invalidate', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  const tags = [...Array.from({ length: 128 }, (_, i) => `tag ${i}`), 'x'.repeat(1024)]
  for (const tag of ['tag 0', 'tag 127', 'x'.repeat(1024)]) {
    await site.clock.advance(1)
    await store(site, a, 'key', made(site, 'text', { tags }))
    expect(await read(b, 'key')).toBe('text')
    await invalidate(site, a, [tag])
    expect(await read(b, 'key')).toBeUndefined()
  }
})

test('keys of any length and with any text are apart from each other', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  const keys = ['["build","f",[1]]', '["build","f",[1,2]]', 'a:b', 'a%3Ab', 'x'.repeat(5000), 'é*{}']
  for (const key of keys) await store(site, handler, key, made(site, key))
  for (const key of keys) expect(await read(handler, key)).toBe(key)
})
