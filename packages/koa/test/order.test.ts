import { Readable } from 'node:stream'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { expect, test } from 'vitest'
import { cacheResponse, cacheTiming, invalidates } from '../src/index.ts'
import { appWith, counter } from './support/app.ts'

const jobs: Middleware = ctx => void (ctx.body = 'jobs')

test('middleware before it works on hits as on misses: fields, cookies, another form of the body', async () => {
  const call = counter()
  const outer: Middleware = async (ctx, next) => {
    ctx.set('X-Before', `${call()}`)
    ctx.vary('Origin')
    ctx.cookies.set('seen', 'yes')
    await next()
    ctx.set('X-After', ctx.response.get('X-Before'))
    ctx.body = `<${String(ctx.body)}>`
  }
  const inner: Middleware = ctx => {
    ctx.vary('X-Kind')
    ctx.body = 'jobs'
  }
  const { get } = await appWith(
    () => outer,
    cache => cacheResponse(cache, { varyHeaders: ['x-kind'] }),
    () => inner,
  )
  const [miss, hit] = [await get('/'), await get('/')]
  expect([miss.outcome, hit.outcome]).toEqual(['MISS', 'HIT'])
  expect([miss.body, hit.body]).toEqual(['<jobs>', '<jobs>'])
  expect(['x-before', 'x-after'].map(name => hit.headers.get(name))).toEqual(['2', '2'])
  expect(hit.headers.get('vary')).toBe('origin, x-kind')
  expect(hit.headers.getSetCookie()).toEqual(['seen=yes; path=/; httponly'])
})

test('a cookie of the handler keeps its response from being stored, also beside cookies of others', async () => {
  const cookies =
    (...names: string[]): Middleware =>
    async (ctx, next) => {
      for (const name of names) ctx.cookies.set(name, '1')
      await next()
    }
  const { get } = await appWith(
    () => cookies('a', 'b'),
    cache => cacheResponse(cache),
    () => cookies('own'),
    () => jobs,
  )
  await get('/')
  const again = await get('/')
  expect([again.outcome, again.headers.getSetCookie().length]).toEqual(['MISS', 3])
})

test('middleware before it makes an error page of what is thrown, and that is not stored', async () => {
  const call = counter()
  const page: Middleware = (ctx, next) =>
    next().catch((error: { status?: number }) => {
      ctx.status = error.status ?? 500
      ctx.body = `sorry: ${ctx.status}`
    })
  const failing: Middleware = ctx => {
    const status = [404, 500][call() - 1]
    if (status !== undefined) ctx.throw(status)
    ctx.body = 'fine'
  }
  const { get } = await appWith(
    () => page,
    cache => cacheResponse(cache),
    () => failing,
  )
  expect((await get('/')).body).toBe('sorry: 404')
  expect((await get('/')).body).toBe('sorry: 500')
  expect((await get('/')).body).toBe('fine')
  expect((await get('/')).outcome).toBe('HIT')
})

test('a page for what nobody has answered is made by middleware before it, each time', async () => {
  const page: Middleware = async (ctx, next) => {
    await next()
    if (ctx.status === 404 && ctx.body === undefined) ctx.body = { error: 'not here' }
  }
  const { get } = await appWith(
    () => page,
    cache => cacheResponse(cache),
  )
  for (let i = 0; i < 2; i++) {
    const { status, body } = await get('/')
    expect([status, body]).toEqual([200, '{"error":"not here"}'])
  }
})

test('what follows sees what the key covers, middleware before it the whole request', async () => {
  const seen: unknown[] = []
  const outer: Middleware = async (ctx, next) => {
    ctx.accepts('json')
    void ctx.URL
    await next()
    seen.push(ctx.get('x-tenant'), ctx.originalUrl, ctx.query, ctx.accepts('html', 'json'))
  }
  const inner: Middleware = ctx => {
    seen.push(
      ctx.get('x-tenant'),
      ctx.originalUrl,
      ctx.href.slice(-12),
      { ...ctx.query },
      ctx.URL.search,
      ctx.accepts('html', 'json'),
    )
    ctx.body = 'seen'
  }
  const { get } = await appWith(
    () => outer,
    cache => cacheResponse(cache, { varyQuery: ['page'] }),
    () => inner,
  )
  await get('/seen?utm=1&page=2', { 'x-tenant': 'evil', accept: 'application/json' })
  expect(seen).toEqual([
    // The handler, then middleware before it.
    '',
    '/seen?page=2',
    '/seen?page=2',
    { page: '2' },
    '?page=2',
    'html',
    'evil',
    '/seen?utm=1&page=2',
    { utm: '1', page: '2' },
    'json',
  ])
})

test('a generator that reads the request while it is sent sees only what the key covers', async () => {
  const lazy: Middleware = ctx => {
    const lines = async function* () {
      yield `hello ${ctx.get('x-name')}`
    }
    ctx.type = 'text'
    ctx.body = Readable.from(lines())
  }
  const { get } = await appWith(
    cache => cacheResponse(cache),
    () => lazy,
  )
  expect((await get('/', { 'x-name': 'evil' })).body).toBe('hello ')
  expect((await get('/')).outcome).toBe('HIT')
})

test('it works within a router, with its prefix and parameters, next to a write that invalidates', async () => {
  const call = counter()
  const timing = cacheTiming()
  const router = new Router({ prefix: '/v1' })
  const { get } = await appWith(
    () => timing,
    cache => {
      router.get('/jobs/:id', cacheResponse(cache, { namespace: 'jobs', tags: ['jobs'] }), ctx => {
        ctx.body = `${ctx['params'].id} ${call()}`
      })
      router.get('/write', invalidates(cache, { tags: ['jobs'] }), ctx => void (ctx.status = 204))
      return router.routes() as unknown as Middleware
    },
  )
  expect([(await get('/v1/jobs/7')).body, (await get('/v1/jobs/7')).body]).toEqual(['7 1', '7 1'])
  await get('/v1/write')
  expect((await get('/v1/jobs/7')).body).toBe('7 2')
  expect(timing.stats().routes.map(({ route }) => route)).toEqual(['GET /v1/jobs/:id'])
})

test('options that are not valid are refused at once', async () => {
  const { cache } = await appWith()
  expect(() => cacheResponse(cache, { ttl: '2 parsecs' as '2m' })).toThrow(
    expect.objectContaining({ code: 'E_TTL' }),
  )
})
