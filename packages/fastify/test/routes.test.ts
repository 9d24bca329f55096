import { createCache } from '@tiercache/core'
import { fastify } from 'fastify'
import { expect, expectTypeOf, test } from 'vitest'
import { invalidates, tiercache } from '../src/index.ts'
import { appWith, counter } from './support/app.ts'

test('the HEAD route that Fastify adds is answered from the response to GET', async () => {
  const { app } = await appWith()
  app.get('/jobs', { config: { cache: {} } }, async () => 'jobs')
  const head = () => app.inject({ method: 'HEAD', url: '/jobs' })
  expect((await head()).headers['x-cache']).toBe('MISS')
  const got = await app.inject('/jobs')
  expect(got.headers['x-cache']).toBe('MISS')
  const { headers, body, statusCode } = await head()
  expect([statusCode, body, headers['x-cache'], headers['content-length']]).toEqual([200, '', 'HIT', '4'])
  expect(headers['content-type']).toBe(got.headers['content-type'])
  const { etag } = (await app.inject('/jobs')).headers
  expect(
    (await app.inject({ method: 'HEAD', url: '/jobs', headers: { 'if-none-match': etag } })).statusCode,
  ).toBe(304)
})

test('a route for GET and HEAD in one works the same', async () => {
  const { app } = await appWith()
  app.route({ method: ['GET', 'HEAD'], url: '/jobs', config: { cache: {} }, handler: async () => 'jobs' })
  await app.inject('/jobs')
  const { headers, body } = await app.inject({ method: 'HEAD', url: '/jobs' })
  expect([body, headers['x-cache'], headers['content-length']]).toEqual(['', 'HIT', '4'])
})

test('routes of scopes within are covered, with their prefix in the key', async () => {
  const { app } = await appWith()
  await app.register(
    async scope => {
      scope.get('/', { config: { cache: { namespace: 'jobs' } } }, async () => 'jobs')
    },
    { prefix: '/v1' },
  )
  for (const url of ['/v1', '/v1/']) {
    await app.inject(url)
    const hit = await app.inject(url)
    expect([hit.headers['x-cache'], String(hit.headers['x-cache-key']).startsWith(`jobs:${url}:`)]).toEqual([
      'HIT',
      true,
    ])
  }
})

test('a scope may have a cache of its own', async () => {
  const { app, cache } = await appWith()
  const own = createCache({ namespace: 'own' })
  const call = counter()
  await app.register(async scope => {
    await scope.register(tiercache, { cache: own })
    expect(scope.tiercache).toBe(own)
    scope.get('/inner', { config: { cache: { tags: ['t'] } } }, async () => `${call()}`)
  })
  expect(app.tiercache).toBe(cache)
  await app.inject('/inner')
  await cache.deleteByTag('t')
  expect((await app.inject('/inner')).body).toBe('1')
  await own.deleteByTag('t')
  expect((await app.inject('/inner')).body).toBe('2')
})

test('options that are not valid are refused where the route is declared', async () => {
  const { app } = await appWith()
  expect(() => app.get('/a', { config: { cache: { ttl: '2 parsecs' as '2m' } } }, async () => '')).toThrow(
    expect.objectContaining({ code: 'E_TTL' }),
  )
  expect(() => app.post('/a', { config: { invalidates: {} } }, async () => '')).toThrow(
    expect.objectContaining({ code: 'E_OPTION' }),
  )
})

test('functions among the options are given the request of Fastify', async () => {
  const { app } = await appWith()
  app.get<{ Params: { id: string } }>(
    '/posts/:id',
    {
      config: {
        cache: {
          key: request => {
            expectTypeOf(request.routeOptions.url).toEqualTypeOf<string | undefined>()
            return ['post', request.routeOptions.url ?? '']
          },
        },
      },
    },
    async request => request.params.id,
  )
  expect((await app.inject('/posts/1')).headers['x-cache-key']).toBe('http:post:/posts/%3Aid')
})

test('a query that the schema has coerced and completed stays so, less what the key does not cover', async () => {
  const { app } = await appWith()
  const querystring = {
    type: 'object',
    properties: { page: { type: 'integer' }, size: { type: 'integer', default: 20 } },
  }
  app.get(
    '/jobs',
    { config: { cache: { varyQuery: ['page', 'size'] } }, schema: { querystring } },
    async request => request.query,
  )
  const first = await app.inject('/jobs?page=2&utm+x=evil&%=evil')
  expect(first.json()).toEqual({ page: 2, size: 20 })
  expect((await app.inject('/jobs?page=2')).headers['x-cache']).toBe('HIT')
})

test('where a parser mixes parameters of the key with others, the response is not stored', async () => {
  const querystringParser = (text: string) => ({
    filter: Object.fromEntries(new URLSearchParams(text.replaceAll(/filter\[(\w+)\]/g, '$1'))),
  })
  const { app } = await appWith({ routerOptions: { querystringParser } })
  app.get('/jobs', { config: { cache: { varyQuery: ['filter[a]'] } } }, async request => request.query)
  expect((await app.inject('/jobs?filter[a]=1&filter[b]=2')).json()).toEqual({ filter: { a: '1', b: '2' } })
  expect((await app.inject('/jobs?filter[a]=1')).json()).toEqual({ filter: { a: '1' } })
  expect((await app.inject('/jobs?filter[a]=1')).headers['x-cache']).toBe('HIT')
})

test('behind a proxy that is trusted, its host and scheme are part of the key and what the handler sees', async () => {
  const { app } = await appWith({ trustProxy: '127.0.0.1' })
  app.get('/where', { config: { cache: {} } }, async request => `${request.protocol}://${request.host}`)
  const from = (host: string) =>
    app.inject({ url: '/where', headers: { 'x-forwarded-host': host, 'x-forwarded-proto': 'https' } })
  expect((await from('a.example')).body).toBe('https://a.example')
  expect((await from('b.example')).body).toBe('https://b.example')
  expect((await from('a.example')).headers['x-cache']).toBe('HIT')
})

test('without `trustProxy` nothing is taken from fields of proxies', async () => {
  const { app } = await appWith()
  app.get('/where', { config: { cache: {} } }, async request => `${request.protocol}://${request.host}`)
  await app.inject({ url: '/where', headers: { 'x-forwarded-host': 'evil.example' } })
  const { body, headers } = await app.inject('/where')
  expect([body, headers['x-cache']]).toEqual(['http://localhost:80', 'HIT'])
})

test('a scope without the plugin invalidates by the hook', async () => {
  const { app, cache } = await appWith()
  const writing = fastify()
  writing.addHook('onSend', invalidates(cache, { tags: ['jobs'] }))
  writing.post('/jobs', async () => 'written')
  app.get('/jobs', { config: { cache: { tags: ['jobs'] } } }, async () => 'jobs')
  await app.inject('/jobs')
  await writing.inject({ method: 'POST', url: '/jobs' })
  expect((await app.inject('/jobs')).headers['x-cache']).toBe('MISS')
})
