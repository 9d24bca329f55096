import 'next/dist/server/node-environment.js' // before what keeps the scope of a request
import { createCache } from '@tiercache/core'
import { cookies, draftMode, headers } from 'next/headers.js'
import { notFound, redirect } from 'next/navigation.js'
import { NextRequest } from 'next/server.js'
import { expect, onTestFinished, test } from 'vitest'
import { cacheResponse, invalidates, type RouteHandler } from '../src/index.ts'
import { serveRoutes } from './support/route-server.ts'

/* What Next.js lets a handler see and do beside its request and its response. */

test('`headers()` shows what the request shows, and nothing that another client could have sent', async () => {
  const cache = createCache()
  const lookAround: RouteHandler = async request => {
    const seen = await headers()
    return Response.json([seen.get('x-forwarded-host'), seen.get('x-mine'), request.headers.get('x-mine')])
  }
  const GET = cacheResponse(cache, { varyHeaders: ['x-mine'] }, lookAround)
  const url = await serving('/seen', { GET })
  expect(await url({ 'x-forwarded-host': 'evil.example', 'x-mine': 'a' })).toMatchObject({
    outcome: 'MISS',
    body: '[null,"a","a"]',
  })
  expect(await url({ 'x-mine': 'a' })).toMatchObject({ outcome: 'HIT', body: '[null,"a","a"]' })
})

test('`cookies()` shows none that a response for everybody could depend on', async () => {
  const cache = createCache()
  const nameOf: RouteHandler = async () => new Response((await cookies()).get('name')?.value ?? 'nobody')
  const open = await serving('/open', { GET: cacheResponse(cache, { private: false }, nameOf) })
  expect(await open({ cookie: 'name=ann' })).toMatchObject({ outcome: 'MISS', body: 'nobody' })
  expect(await open()).toMatchObject({ outcome: 'HIT', body: 'nobody' })

  const byUser = cacheResponse(cache, { byUser: request => request.cookies.get('name')?.value }, nameOf)
  const own = await serving('/own', { GET: byUser })
  expect(await own({ cookie: 'name=ann' })).toMatchObject({ outcome: 'MISS', body: 'ann' })
  expect(await own({ cookie: 'name=bob' })).toMatchObject({ outcome: 'MISS', body: 'bob' })
  expect(await own({ cookie: 'name=ann' })).toMatchObject({ outcome: 'HIT', body: 'ann' })
})

test('a response is not stored where its handler has set a cookie by `cookies()`', async () => {
  const cache = createCache()
  let calls = 0
  const url = await serving('/login', {
    GET: cacheResponse(cache, {}, async () => {
      const jar = await cookies()
      jar.set('session', `${++calls}`, { httpOnly: true })
      jar.delete('old')
      return new Response(jar.get('session')?.value, { headers: { 'set-cookie': 'own=1' } })
    }),
  })
  for (const session of ['1', '2']) {
    const { outcome, body, cookies: set } = await url()
    expect([outcome, body]).toEqual(['MISS', session])
    expect(set.toSorted().map(cookie => cookie.split(';', 1)[0])).toEqual([
      'old=',
      'own=1',
      `session=${session}`,
    ])
  }
})

test('`redirect()` and `notFound()` do what they do, and are not stored', async () => {
  const cache = createCache()
  let calls = 0
  const answers = [() => redirect('/there'), () => notFound(), () => new Response('here')]
  const GET = cacheResponse(cache, { staleIfError: '1h' }, () => answers[calls++]?.() ?? new Response(''))
  const url = await serving('/moved', { GET })
  expect(await url()).toMatchObject({ status: 307, location: '/there' })
  expect(await url()).toMatchObject({ status: 404 })
  expect(await url()).toMatchObject({ status: 200, body: 'here', outcome: 'MISS' })
  expect(await url()).toMatchObject({ status: 200, body: 'here', outcome: 'HIT' })
})

test('an action that ends with `redirect()` has succeeded, and one that throws an error has not', async () => {
  const cache = createCache()
  let calls = 0
  const GET = cacheResponse(cache, { tags: ['jobs'] }, () => new Response(`${++calls}`))
  const POST = invalidates(cache, { tags: ['jobs'] }, request => {
    if (request.nextUrl.searchParams.has('fail')) throw new Error('failed')
    return redirect('/jobs')
  })
  const url = await serving('/jobs', { GET, POST })
  await url()
  expect((await url({}, { method: 'POST', query: '?fail' })).status).toBe(500)
  expect((await url()).outcome).toBe('HIT')
  expect((await url({}, { method: 'POST' })).status).toBe(307)
  expect(await url()).toMatchObject({ outcome: 'MISS', body: '2' })
})

test('where a rewrite leads one URL to several routes, each has responses of its own', async () => {
  const cache = createCache()
  const answer: RouteHandler<{ params: Promise<{ tenant: string }> }> = async (_request, { params }) =>
    new Response((await params).tenant)
  let tenant = 'a'
  const handlers = { GET: cacheResponse(cache, {}, answer) }
  const server = await serveRoutes([{ pattern: '/[tenant]/home', handlers }], () => ({
    route: '/[tenant]/home',
    params: { tenant },
  }))
  onTestFinished(() => server.close())
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(server.origin + path)
    return `${await response.text()} ${response.headers.get('x-cache')}`
  }
  expect([await ask('/home'), await ask('/home')]).toEqual(['a MISS', 'a HIT'])
  tenant = 'b'
  expect([await ask('/home'), await ask('/home')]).toEqual(['b MISS', 'b HIT'])
  expect([await ask('/b/home'), await ask('/b/home')]).toEqual(['b MISS', 'b HIT'])
  tenant = 'a'
  expect(await ask('/home')).toBe('a HIT')
})

test('in draft mode nothing comes from the cache, and nothing gets into it', async () => {
  const cache = createCache()
  const GET = cacheResponse(cache, { private: false }, async () => {
    const { isEnabled } = await draftMode()
    return new Response(isEnabled ? 'draft' : 'published')
  })
  const url = await serving('/draft', { GET })
  const draft = { cookie: '__prerender_bypass=id' }
  expect(await url(draft)).toMatchObject({ outcome: null, body: 'draft' })
  expect(await url()).toMatchObject({ outcome: 'MISS', body: 'published' })
  expect(await url(draft)).toMatchObject({ outcome: null, body: 'draft' })
})

test('a handler is shown the host that the client has named, and a URL that depends on nothing else', async () => {
  const cache = createCache()
  const GET = cacheResponse(cache, { varyQuery: ['b'] }, request => new Response(request.url))
  const url = await serving('/host', { GET })
  const { body } = await url({}, { query: '?c=1&b=2' })
  // Next.js writes every loopback address as `localhost`; the port of its machine is 3000 here.
  expect(body).toMatch(/^http:\/\/localhost:(?!3000\/)\d+\/host\?b=2$/)
})

test('outside Next.js, as in a test of its own, it works by the request alone', async () => {
  const cache = createCache()
  const GET = cacheResponse(cache, {}, request => new Response(request.nextUrl.pathname))
  const context = { params: Promise.resolve({}) }
  const ask = async (): Promise<Response> => GET(new NextRequest('http://shop.example/jobs'), context)
  const first = await ask()
  expect(await first.text()).toBe('/jobs')
  const second = await ask()
  expect([first.headers.get('x-cache'), second.headers.get('x-cache')]).toEqual(['MISS', 'HIT'])
})

interface Answer {
  readonly status: number
  readonly outcome: string | null
  readonly location: string | null
  readonly body: string
  readonly cookies: string[]
}

type Ask = (
  fields?: Readonly<Record<string, string>>,
  more?: { readonly method?: string; readonly query?: string },
) => Promise<Answer>

/** Serves one route, as long as a test runs. */
async function serving(path: string, handlers: object): Promise<Ask> {
  const server = await serveRoutes([{ pattern: path, handlers }], () => ({ route: path }))
  onTestFinished(() => server.close())
  return async (fields = {}, { method = 'GET', query = '' } = {}) => {
    const response = await fetch(server.origin + path + query, {
      method,
      headers: fields,
      redirect: 'manual',
    })
    return {
      status: response.status,
      outcome: response.headers.get('x-cache'),
      location: response.headers.get('location'),
      body: await response.text(),
      cookies: response.headers.getSetCookie(),
    }
  }
}
