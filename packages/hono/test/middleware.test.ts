import type { HttpBindings } from '@hono/node-server'
import { createCache } from '@tiercache/core'
import { type Context, Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { validator } from 'hono/validator'
import { expect, expectTypeOf, test } from 'vitest'
import { cacheResponse, cacheTiming, invalidates } from '../src/index.ts'
import { appWith, counter } from './support/app.ts'

test('fields that middleware has set before are of each request, and not stored', async () => {
  const call = counter()
  const { get } = await appWith((app, cache) => {
    app.use(async (c, next) => {
      c.header('X-Call', `${call()}`)
      setCookie(c, 'seen', 'yes')
      await next()
      c.header('X-After', c.res.headers.get('x-call') ?? '')
    })
    app.use(cors({ origin: ['https://a.example', 'https://b.example'] }))
    app.get('/jobs', cacheResponse(cache, { varyHeaders: ['x-kind'] }), c =>
      c.json(['job'], 200, { vary: 'X-Kind', 'x-own': 'yes' }),
    )
  })
  const miss = await get('/jobs', { origin: 'https://a.example' })
  const hit = await get('/jobs', { origin: 'https://b.example' })
  expect([miss.outcome, hit.outcome]).toEqual(['MISS', 'HIT'])
  expect(
    ['x-call', 'x-after', 'x-own', 'access-control-allow-origin'].map(name => hit.headers.get(name)),
  ).toEqual(['2', '2', 'yes', 'https://b.example'])
  for (const { headers, body } of [miss, hit]) {
    expect(headers.get('vary')?.toLowerCase().split(', ').toSorted()).toEqual(['origin', 'x-kind'])
    expect(headers.getSetCookie()).toEqual(['seen=yes; Path=/'])
    expect(body).toBe('["job"]')
  }
})

test('a cookie of the handler keeps its response from being stored, also beside cookies of others', async () => {
  const { get } = await appWith((app, cache) => {
    app.use(async (c, next) => {
      setCookie(c, 'seen', 'yes')
      await next()
    })
    app.get('/login', cacheResponse(cache), c => {
      setCookie(c, 'own', '1')
      return c.text('in')
    })
  })
  await get('/login')
  const again = await get('/login')
  expect([again.outcome, again.headers.getSetCookie()]).toEqual([
    'MISS',
    ['seen=yes; Path=/', 'own=1; Path=/'],
  ])
})

test('it works in applications within applications, by the whole path', async () => {
  const timing = cacheTiming()
  const { get } = await appWith((app, cache) => {
    const jobs = new Hono().basePath('/jobs')
    jobs.get('/:id', cacheResponse(cache, { namespace: 'jobs' }), c => c.text(c.req.param('id')))
    app.use(timing)
    app.route('/v1', jobs)
    app.route('/v2', jobs)
  })
  for (const path of ['/v1/jobs/1', '/v2/jobs/1']) expect((await get(path)).outcome).toBe('MISS')
  const hit = await get('/v1/jobs/1')
  expect([hit.outcome, hit.body]).toEqual(['HIT', '1'])
  expect(timing.stats().routes.map(({ route }) => route)).toEqual(['GET /v1/jobs/:id', 'GET /v2/jobs/:id'])
})

test('what follows sees what the key covers, also of the message of Node', async () => {
  const { get } = await appWith((app, cache) => {
    app.use(async (c, next) => {
      // Node remembers them once somebody has asked.
      void c.env.incoming.headersDistinct
      await next()
    })
    app.get(
      '/seen',
      cacheResponse(cache, { varyQuery: ['page'] }),
      validator('query', query => query),
      c => {
        const { headers, headersDistinct, rawHeaders, url } = c.env.incoming
        const names = [
          ...rawHeaders.filter((_, i) => i % 2 === 0),
          ...Object.keys(headers),
          ...Object.keys(headersDistinct),
          ...Object.keys(c.req.header()),
        ]
        return c.json([
          c.req.url.slice(-12),
          c.req.query(),
          c.req.valid('query'),
          url,
          names.includes('x-tenant'),
          c.env.incoming.socket.remoteAddress,
        ])
      },
    )
  })
  const { body } = await get('/seen?utm=1&page=2', { 'x-tenant': 'evil' })
  expect(JSON.parse(body)).toEqual([
    '/seen?page=2',
    { page: '2' },
    { page: '2' },
    '/seen?page=2',
    false,
    '127.0.0.1',
  ])
})

test('a request that middleware has made itself has a key of its own', async () => {
  const { get } = await appWith((app, cache) => {
    app.get('/inner/:name', cacheResponse(cache), c =>
      c.text(`${c.req.param('name')} ${c.req.header('authorization') ?? 'nobody'}`),
    )
    app.get('/outer', c =>
      app.fetch(new Request(new URL(`/inner/${c.req.header('x-name')}`, c.req.url)), c.env),
    )
    app.use('/as-admin/*', async (c, next) => {
      c.req.raw = new Request(c.req.raw, { headers: { authorization: 'admin' } })
      await next()
    })
    app.get('/as-admin/:name', cacheResponse(cache), c => c.text(c.req.header('authorization') ?? 'nobody'))
  })
  expect((await get('/outer', { 'x-name': 'a' })).body).toBe('a nobody')
  expect((await get('/outer', { 'x-name': 'b' })).body).toBe('b nobody')
  expect((await get('/inner/a')).outcome).toBe('HIT')
  for (let i = 0; i < 2; i++) {
    const { body, outcome } = await get('/as-admin/x')
    expect([body, outcome]).toEqual(['admin', 'MISS'])
  }
})

test('it works without a server: app.request, and an execution context', async () => {
  const cache = createCache({})
  const waited: unknown[] = []
  const app = new Hono()
  app.get('/jobs', cacheResponse(cache, { tags: ['jobs'] }), c => {
    c.executionCtx.waitUntil(Promise.resolve('log'))
    return c.text('jobs')
  })
  app.post('/jobs', invalidates(cache, { tags: ['jobs'] }), c => c.body(null, 204))
  const executionContext = {
    waitUntil: (promise: Promise<unknown>) => void waited.push(promise),
    passThroughOnException: () => {},
    props: {},
  }
  const ask = async (method = 'GET') => {
    const response = await app.request('/jobs', { method }, {}, executionContext)
    return [response.status, response.headers.get('x-cache'), await response.text()]
  }
  expect([await ask(), await ask()]).toEqual([
    [200, 'MISS', 'jobs'],
    [200, 'HIT', 'jobs'],
  ])
  expect(await ask('POST')).toEqual([204, null, ''])
  expect((await ask())[1]).toBe('MISS')
  expect(waited.length).toBe(2)
})

test('options know the types of the application', async () => {
  interface Own {
    Bindings: HttpBindings
    Variables: { user: { id: string; admin: boolean } }
  }
  const app = new Hono<Own>()
  const cache = createCache({})
  app.use(async (c, next) => {
    c.set('user', { id: c.req.header('x-user') ?? 'nobody', admin: false })
    await next()
  })
  app.get(
    '/me',
    cacheResponse<Own>(cache, { byUser: c => c.get('user').id, skip: c => c.var.user.admin }),
    c => {
      expectTypeOf(c.get('user').admin).toEqualTypeOf<boolean>()
      return c.text(c.get('user').id)
    },
  )
  app.get('/plain', cacheResponse(cache, { byUser: true, key: (c: Context) => c.req.path }), c =>
    c.text(c.get('user').id),
  )
  for (const path of ['/me', '/plain']) {
    for (const user of ['ann', 'bob', 'ann'])
      expect(await (await app.request(path, { headers: { 'x-user': user } })).text()).toBe(user)
  }
  expect(() => cacheResponse(cache, { ttl: '2 parsecs' as '2m' })).toThrow(
    expect.objectContaining({ code: 'E_TTL' }),
  )
})
