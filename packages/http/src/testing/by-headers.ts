import assert from 'node:assert/strict'
import type { ResponseCacheOptions } from '../options.ts'
import type { TestRequest } from './app.ts'
import { cached, counted, numbered, type Worlds } from './world.ts'

const BY_HEADERS: ResponseCacheOptions<TestRequest> = { ttl: 'headers' }

/** `ttl: 'headers'`: RFC 9111 for shared caches, by the response's own headers alone. */
export function headerTests({ on, moving }: Worlds): void {
  moving(
    'the lifetime is s-maxage, else max-age, else Expires, less the age it comes with',
    clock => {
      const date = new Date(clock.wall()).toUTCString()
      const expires = new Date(clock.wall() + 40_000).toUTCString()
      const fields: Record<string, Record<string, string>> = {
        s: { 'cache-control': 'max-age=10, s-maxage=60' },
        m: { 'cache-control': 'max-age=50', expires },
        e: { date, expires },
        a: { 'cache-control': 'max-age=100', age: '30' },
        n: {},
        z: { expires: '0' },
      }
      return {
        routes: [
          cached(
            '/life',
            counted(({ query }, call) => ({
              headers: fields[query('of') ?? ''] ?? {},
              body: `call ${call}`,
            })),
            { ...BY_HEADERS, clock },
          ),
        ],
      }
    },
    async ({ get, clock }) => {
      const lives: Record<string, number> = { s: 60, m: 50, e: 40, a: 70 }
      for (const [of, seconds] of Object.entries(lives)) {
        assert.equal((await get(`/life?of=${of}`)).headers['x-cache-ttl-remaining'], String(seconds), of)
        const hit = await get(`/life?of=${of}`)
        assert.deepEqual([hit.headers['x-cache'], hit.headers.age], ['HIT', of === 'a' ? '30' : '0'], of)
      }
      for (const none of ['n', 'z']) {
        assert.notEqual((await get(`/life?of=${none}`)).body, (await get(`/life?of=${none}`)).body)
      }
      await clock.advance('60s')
      assert.equal((await get('/life?of=s')).headers['x-cache'], 'MISS')
      assert.equal((await get('/life?of=a')).headers.age, '90')
    },
  )

  const versioned = counted(({ header }, call) =>
    header('if-none-match') === '"v1"'
      ? { status: 304, headers: { etag: '"v1"', 'cache-control': 'max-age=60', 'x-call': String(call) } }
      : {
          headers: { etag: '"v1"', 'cache-control': 'max-age=60', 'x-call': String(call) },
          body: 'version 1',
        },
  )
  moving(
    'a stale response is revalidated with its validator, and a 304 renews it and its fields',
    clock => ({ routes: [cached('/v', versioned, { ...BY_HEADERS, clock })] }),
    async ({ get, clock }) => {
      await get('/v')
      await clock.advance('61s')
      const renewed = await get('/v')
      assert.deepEqual([renewed.status, renewed.body, renewed.headers['x-call']], [200, 'version 1', '2'])
      const hit = await get('/v')
      assert.deepEqual(
        [hit.body, hit.headers['x-cache'], hit.headers['x-call'], hit.headers.age],
        ['version 1', 'HIT', '2', '0'],
      )
      await clock.advance('61s')
      assert.equal((await get('/v', { headers: { 'if-none-match': '"v1"' } })).status, 304)
      assert.equal(versioned.calls, 3)
    },
  )

  const asked = counted(({ header }) =>
    header('if-none-match') === undefined
      ? { headers: { etag: '"a"', 'cache-control': 'no-cache' }, body: 'asked' }
      : { status: 304, headers: { etag: '"a"', 'cache-control': 'no-cache' } },
  )
  on(
    'a no-cache response is stored and asked for each time',
    () => ({ routes: [cached('/asked', asked, BY_HEADERS)] }),
    async ({ get }) => {
      for (let call = 1; call <= 3; call++) {
        assert.equal((await get('/asked')).body, 'asked')
        assert.equal(asked.calls, call)
      }
    },
  )

  on(
    'a response that varies is answered to requests that select it, each variant its own',
    () => ({
      routes: [
        cached(
          '/varied',
          counted(({ header }, call) => ({
            headers: { vary: 'Accept-Language', 'cache-control': 'max-age=60' },
            body: `${call} ${header('accept-language')}`,
          })),
          BY_HEADERS,
        ),
      ],
    }),
    async ({ get }) => {
      const language = (text: string) => get('/varied', { headers: { 'accept-language': text } })
      const bodies = []
      for (const text of ['en', 'no', 'en', 'no', 'de', 'en']) bodies.push((await language(text)).body)
      assert.deepEqual(bodies, ['1 en', '2 no', '1 en', '2 no', '3 de', '1 en'])
      assert.equal((await get('/varied')).body, '4 undefined')
    },
  )

  on(
    'an unsafe request that succeeds forgets what is stored for its URL and for its Location',
    () => ({
      routes: [
        cached('/item', numbered({ headers: { 'cache-control': 'max-age=60' } }), BY_HEADERS),
        cached('/items', numbered({ headers: { 'cache-control': 'max-age=60' } }), BY_HEADERS),
        {
          ...cached(
            '/item',
            ({ query }) => ({ status: query('fail') === '1' ? 400 : 204, headers: { location: '/items' } }),
            BY_HEADERS,
          ),
          method: 'PUT',
        },
      ],
    }),
    async ({ get }) => {
      await get('/item')
      await get('/items?page=1')
      await get('/item?fail=1', { method: 'PUT' })
      assert.equal((await get('/item')).headers['x-cache'], 'HIT')
      assert.equal((await get('/item', { method: 'PUT' })).status, 204)
      assert.equal((await get('/item')).body, 'call 2')
      assert.equal((await get('/items?page=1')).body, 'call 2')
    },
  )

  on(
    'a request with Authorization is answered from, and stored by, what the response opens to all',
    () => ({
      routes: [
        cached(
          '/auth',
          counted(({ query }, call) => ({
            headers: { 'cache-control': query('cc') ?? '' },
            body: `call ${call}`,
          })),
          BY_HEADERS,
        ),
      ],
    }),
    async ({ get }) => {
      const sent = { headers: { authorization: 'Bearer x' } }
      for (const [directives, stored] of [
        ['max-age%3D60', false],
        ['public,max-age%3D60', true],
        ['s-maxage%3D60', true],
        ['max-age%3D60,must-revalidate', true],
      ] as const) {
        const path = `/auth?cc=${directives}`
        const first = await get(path, sent)
        assert.equal((await get(path)).body === first.body, stored, directives)
      }
    },
  )

  const sometimes = counted((_, call) => ({
    status: call === 2 ? 500 : 200,
    headers: { 'cache-control': 'max-age=60, stale-if-error=600' },
    body: `call ${call}`,
  }))
  const behind = numbered({ headers: { 'cache-control': 'max-age=60, stale-while-revalidate=60' } })
  moving(
    'stale-while-revalidate and stale-if-error are the response’s to allow',
    clock => ({
      routes: [
        cached('/swr', behind, { ...BY_HEADERS, clock }),
        cached('/sie', sometimes, { ...BY_HEADERS, clock }),
      ],
    }),
    async ({ get, clock, cache }) => {
      await get('/swr')
      await get('/sie')
      await clock.advance('90s')
      const stale = await get('/swr')
      assert.deepEqual([stale.body, stale.headers['x-cache']], ['call 1', 'STALE'])
      await cache.idle()
      assert.equal((await get('/swr')).body, 'call 2')
      assert.deepEqual([(await get('/sie')).body, (await get('/sie')).body], ['call 1', 'call 3'])
    },
  )
}
