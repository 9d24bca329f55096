import assert from 'node:assert/strict'
import { cached, counted, numbered, type Worlds } from './world.ts'

/** The options of a route. */
export function optionTests({ on, moving }: Worlds): void {
  on(
    'query parameters make a key in whatever order they come',
    () => ({
      routes: [
        cached(
          '/q',
          counted(({ url }, call) => ({ body: `${call} ${url}` })),
        ),
      ],
    }),
    async ({ get }) => {
      const first = await get('/q?b=2&a=1&b=1')
      assert.equal(first.body, '1 /q?a=1&b=2&b=1')
      assert.equal((await get('/q?a=1&b=2&b=1')).body, first.body)
      assert.equal((await get('/q?a=1&b=1&b=2')).headers['x-cache'], 'MISS')
      assert.equal((await get('/q?a=1')).headers['x-cache'], 'MISS')
    },
  )

  on(
    '`varyQuery` names the parameters that matter, and the handler sees no others',
    () => ({
      routes: [
        cached(
          '/list',
          counted(({ query, url }, call) => ({ body: `${call} ${query('page')} ${query('utm')} ${url}` })),
          {
            varyQuery: ['page', 'q'],
          },
        ),
      ],
    }),
    async ({ get }) => {
      const first = await get('/list?utm=evil&page=2')
      assert.equal(first.body, '1 2 undefined /list?page=2')
      assert.equal((await get('/list?page=2&utm=other')).body, first.body)
      assert.equal((await get('/list?page=3')).headers['x-cache'], 'MISS')
      assert.equal((await get('/list?%70age=2')).headers['x-cache'], 'MISS')
    },
  )

  on(
    '`varyHeaders` makes variants by the fields it names',
    () => ({
      routes: [
        cached(
          '/hello',
          counted(({ header }, call) => ({
            headers: { vary: 'Accept-Language' },
            body: `${call} ${header('accept-language')}`,
          })),
          { varyHeaders: { 'Accept-Language': ['en', 'no'] } },
        ),
      ],
    }),
    async ({ get }) => {
      const language = (text: string) => get('/hello', { headers: { 'accept-language': text } })
      assert.equal((await language('no, en;q=0.5')).body, '1 no')
      assert.equal((await language('en-GB, en')).body, '2 en')
      assert.equal((await language('no')).body, '1 no')
      assert.equal((await get('/hello')).body, '2 en')
    },
  )

  on(
    '`byUser` keeps a response per user, private, and one for nobody',
    () => ({
      routes: [
        cached(
          '/me',
          counted(({ header }, call) => ({ body: `${call} ${header('x-user') ?? header('authorization')}` })),
          {
            byUser: ({ header }) => header('authorization')?.slice(7),
          },
        ),
      ],
    }),
    async ({ get }) => {
      const as = (user: string) => get('/me', { headers: { authorization: `Bearer ${user}` } })
      const ann = await as('ann')
      assert.equal(ann.body, '1 Bearer ann')
      assert.equal(ann.headers['cache-control'], 'private')
      assert.equal((await as('bob')).body, '2 Bearer bob')
      const again = await as('ann')
      assert.deepEqual(
        [again.body, again.headers['x-cache'], again.headers['cache-control']],
        ['1 Bearer ann', 'HIT', 'private'],
      )
      assert.equal((await get('/me')).body, '3 undefined')
      const cookie = await get('/me', { headers: { cookie: 'session=1' } })
      assert.equal(cookie.headers['x-cache'], 'MISS')
      assert.equal((await get('/me', { headers: { cookie: 'session=1' } })).headers['x-cache'], 'MISS')
    },
  )

  on(
    '`key` replaces the URL in the key',
    () => ({
      routes: [
        cached('/any/*', numbered(), {
          namespace: 'any',
          key: ({ query }) => ['company', query('id') ?? 'all'],
        }),
      ],
    }),
    async ({ get }) => {
      const first = await get('/any/a?id=7&x=1')
      assert.equal(first.headers['x-cache-key'], 'any:company:7')
      assert.equal((await get('/any/b?x=2&id=7')).body, first.body)
      assert.equal((await get('/any/b?id=8')).headers['x-cache'], 'MISS')
    },
  )

  on(
    '`skip` goes past the cache and leaves it as it is: admins see fresh data',
    () => ({
      routes: [
        cached('/report', numbered(), { skip: ({ query }) => query('admin') === '1', varyQuery: ['none'] }),
      ],
    }),
    async ({ get }) => {
      assert.equal((await get('/report')).body, 'call 1')
      assert.equal((await get('/report?admin=1')).body, 'call 2')
      assert.equal((await get('/report?admin=1')).body, 'call 3')
      assert.equal((await get('/report')).body, 'call 1')
    },
  )

  on(
    '`ttl` may be a function of the request',
    () => ({
      routes: [
        cached('/history', numbered(), {
          ttl: ({ query }) => (query('historical') === 'true' ? '24h' : '5m'),
        }),
      ],
    }),
    async ({ get }) => {
      assert.equal((await get('/history')).headers['x-cache-ttl-remaining'], '300')
      assert.equal((await get('/history?historical=true')).headers['x-cache-ttl-remaining'], '86400')
      assert.match(
        String((await get('/history?historical=true')).headers['x-cache-ttl-remaining']),
        /^86\d{3}$/,
      )
    },
  )

  on(
    '`tags` may be a function of the request and the response',
    () => ({
      routes: [
        cached('/post', ({ query }) => ({ headers: { 'x-author': 'ann' }, body: { id: query('id') } }), {
          tags: ({ query }, { status, headers, body }) => [
            `post:${query('id')}`,
            `by:${String(headers['x-author'])}`,
            `${status}`,
            body.toString(),
          ],
        }),
      ],
    }),
    async ({ get, cache }) => {
      for (const tag of ['post:1', 'by:ann', '200', '{"id":"1"}']) {
        await get('/post?id=1')
        assert.equal((await get('/post?id=1')).headers['x-cache'], 'HIT')
        await cache.deleteByTag(tag)
        assert.equal((await get('/post?id=1')).headers['x-cache'], 'MISS')
      }
    },
  )

  on(
    '`serializer` changes what is stored, not what is answered',
    () => ({
      routes: [
        cached('/zipped', () => ({ body: 'plain' }), {
          serializer: {
            serialize: body => Buffer.from(`<${body.toString()}>`),
            deserialize: stored => Buffer.from(stored.toString().slice(1, -1)),
          },
        }),
      ],
    }),
    async ({ get }) => {
      await get('/zipped')
      const hit = await get('/zipped')
      assert.deepEqual(
        [hit.body, hit.headers['x-cache'], hit.headers['content-length']],
        ['plain', 'HIT', '5'],
      )
    },
  )

  moving(
    'an option that throws for a request lets the handler answer it',
    () => ({
      routes: [
        cached('/broken', numbered(), {
          skip: () => {
            throw new Error('a mistake in skip')
          },
        }),
        cached('/broken-tags', numbered(), {
          tags: () => {
            throw new Error('a mistake in tags')
          },
        }),
        cached('/broken-ttl', numbered(), {
          ttl: () => {
            throw new Error('a mistake in ttl')
          },
        }),
      ],
    }),
    async ({ get }) => {
      for (const path of ['/broken', '/broken-tags', '/broken-ttl']) {
        assert.deepEqual([(await get(path)).body, (await get(path)).body], ['call 1', 'call 2'])
      }
    },
  )
}
