import { expect, test } from 'vitest'
import { createCacheHandler, createIncrementalCacheHandler } from '../src/index.ts'
import { site as newSite } from './support/instances.ts'
import { made, read, store } from './support/use-cache.ts'

test('without Redis what memory has is served as stale, and what is made anew as fresh', async () => {
  const site = newSite()
  const handler = createCacheHandler(await site.instance())
  await store(site, handler, 'key', made(site, 'old'))
  await site.clock.settle()
  site.redis.down()
  await site.clock.advance('10s')
  expect(await handler.get('key', ['_N_T_/a'])).toMatchObject({ revalidate: -1 })
  await store(site, handler, 'key', made(site, 'new'))
  expect(await handler.get('key', [])).toMatchObject({ revalidate: 60 })
  expect(await read(handler, 'key')).toBe('new')
})

test('a Redis that hangs costs each call its deadline, and no call fails', async () => {
  const site = newSite()
  const options = await site.instance()
  const handler = createCacheHandler(options)
  const pages = new (createIncrementalCacheHandler(options))({})
  await store(site, handler, 'key', made(site, 'text', { tags: ['jobs'] }))
  site.redis.hang()
  const calls = Promise.all([
    handler.get('other', ['_N_T_/a']),
    handler.set('new', Promise.resolve(made(site, 'new'))),
    handler.getExpiration(['_N_T_/b']),
    handler.refreshTags(),
    handler.updateTags(['jobs']),
    pages.get('/a', { kind: 'APP_PAGE' }),
    pages.set('/a', { kind: 'APP_PAGE' }, {}),
    pages.revalidateTag('jobs'),
  ])
  let ended = false
  const ending = calls.then(() => (ended = true))
  await site.clock.advance('1s')
  expect(ended).toBe(true)
  await ending
})

test('an invalidation in an outage reaches the other instances when Redis is back, that of a path too', async () => {
  const site = newSite()
  const [a, b] = [createCacheHandler(await site.instance()), createCacheHandler(await site.instance())]
  await store(site, a, 'jobs', made(site, 'jobs', { tags: ['jobs'] }))
  await store(site, a, 'menu', made(site, 'menu'))
  expect([await read(b, 'jobs'), await read(b, 'menu', ['_N_T_/a'])]).toEqual(['jobs', 'menu'])
  site.redis.down()
  await a.updateTags(['jobs', '_N_T_/a'])
  expect(await read(a, 'jobs')).toBeUndefined()
  await site.clock.advance('5s')
  site.redis.up()
  await site.clock.advance('5s')
  expect([await read(b, 'jobs'), await read(b, 'menu', ['_N_T_/a'])]).toEqual([undefined, undefined])
  expect(await read(b, 'menu', ['_N_T_/b'])).toBe('menu')
})
