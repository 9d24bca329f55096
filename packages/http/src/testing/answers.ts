import assert from 'node:assert/strict'
import { cached, counted, numbered, type Worlds } from './world.ts'

/** What a client is answered: bytes, status, fields, conditions. */
export function answerTests({ on }: Worlds): void {
  const jobs = counted(() => ({ headers: { 'x-own': 'yes' }, body: { jobs: [1, 2] } }))
  on(
    'the first request is a miss, the second a hit with the same bytes, and both say so',
    () => ({ routes: [cached('/jobs', jobs, { namespace: 'jobs', ttl: '2m' })] }),
    async ({ get }) => {
      const miss = await get('/jobs')
      const hit = await get('/jobs')
      assert.equal(jobs.calls, 1)
      assert.deepEqual([miss.status, hit.status], [200, 200])
      assert.equal(hit.body, '{"jobs":[1,2]}')
      assert.deepEqual(hit.bytes, miss.bytes)
      assert.deepEqual([miss.headers['x-cache'], hit.headers['x-cache']], ['MISS', 'HIT'])
      assert.match(String(miss.headers['cache-status']), /^tiercache; fwd=uri-miss; stored; ttl=1[12]\d$/)
      assert.match(String(hit.headers['cache-status']), /^tiercache; hit; ttl=1[12]\d$/)
      assert.match(String(hit.headers['x-cache-key']), /^jobs:\/jobs:http%3A\/\//)
      assert.match(String(hit.headers['x-cache-ttl-remaining']), /^1[12]\d$/)
      assert.match(String(hit.headers['x-cache-date']), /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
      assert.match(String(hit.headers.age), /^\d$/)
      assert.equal(miss.headers.age, undefined)
      assert.equal(hit.headers['x-own'], 'yes')
      assert.equal(hit.headers['content-type'], miss.headers['content-type'])
      assert.equal(hit.headers['content-length'], String(hit.bytes.length))
    },
  )

  on(
    'with `headers: false` only Age tells of the cache',
    () => ({ routes: [cached('/quiet', numbered(), { headers: false })] }),
    async ({ get }) => {
      const answers = [await get('/quiet'), await get('/quiet')]
      for (const { headers } of answers) {
        const told = Object.keys(headers).filter(
          name => name.startsWith('x-cache') || name === 'cache-status',
        )
        assert.deepEqual(told, [])
      }
      assert.deepEqual(
        answers.map(({ body }) => body),
        ['call 1', 'call 1'],
      )
    },
  )

  const binary = Buffer.from([0, 255, 128, 10, 13, 0xc3, 0x28])
  on(
    'bytes that are no text come back as they were',
    () => ({
      routes: [
        cached('/bytes', () => ({ headers: { 'content-type': 'application/octet-stream' }, body: binary })),
      ],
    }),
    async ({ get }) => {
      await get('/bytes')
      const hit = await get('/bytes')
      assert.equal(hit.headers['x-cache'], 'HIT')
      assert.deepEqual(hit.bytes, binary)
    },
  )

  on(
    'a client that has the response is answered 304, from the cache and on the first request',
    () => ({ routes: [cached('/page', () => ({ headers: { etag: '"v1"' }, body: 'page' }))] }),
    async ({ get }) => {
      const ifNoneMatch = { headers: { 'if-none-match': 'W/"v0", W/"v1"' } }
      await get('/page')
      const hit = await get('/page', ifNoneMatch)
      assert.equal(hit.status, 304)
      assert.equal(hit.body, '')
      assert.equal(hit.headers.etag, '"v1"')
      assert.equal(hit.headers['content-length'], undefined)
      const other = await get('/page', { headers: { 'if-none-match': '"v0"' } })
      assert.deepEqual([other.status, other.body], [200, 'page'])
    },
  )

  on(
    'a response without ETag is given one, by which a client is answered 304',
    () => ({ routes: [cached('/plain', () => ({ body: 'plain' }))] }),
    async ({ get }) => {
      await get('/plain')
      const { etag } = (await get('/plain')).headers
      assert.match(String(etag), /^(?:W\/)?"[^"]+"$/)
      assert.equal((await get('/plain', { headers: { 'if-none-match': String(etag) } })).status, 304)
    },
  )

  const modified = 'Wed, 01 Jan 2025 00:00:00 GMT'
  on(
    'If-Modified-Since is answered by Last-Modified, and only without If-None-Match',
    () => ({
      routes: [
        cached('/dated', () => ({ headers: { 'last-modified': modified, etag: '"d"' }, body: 'dated' })),
      ],
    }),
    async ({ get }) => {
      await get('/dated')
      const since = { 'if-modified-since': modified }
      assert.equal((await get('/dated', { headers: since })).status, 304)
      assert.equal((await get('/dated', { headers: { ...since, 'if-none-match': '"x"' } })).status, 200)
      assert.equal(
        (await get('/dated', { headers: { 'if-modified-since': 'Tue, 31 Dec 2024 00:00:00 GMT' } })).status,
        200,
      )
    },
  )

  on(
    'HEAD is answered from the response to GET, and stores nothing itself',
    () => ({ routes: [cached('/head', numbered())] }),
    async ({ get }) => {
      const first = await get('/head', { method: 'HEAD' })
      assert.deepEqual([first.status, first.body], [200, ''])
      const miss = await get('/head')
      assert.equal(miss.headers['x-cache'], 'MISS')
      const hit = await get('/head', { method: 'HEAD' })
      assert.deepEqual([hit.status, hit.body, hit.headers['x-cache']], [200, '', 'HIT'])
      assert.equal(hit.headers['content-length'], String(miss.bytes.length))
      assert.equal((await get('/head')).body, miss.body)
    },
  )

  on(
    'a request for a range is the handler’s to answer, and nothing of it is stored',
    () => ({
      routes: [
        cached('/range', ({ header }) =>
          header('range') === undefined
            ? { body: '0123456789' }
            : { status: 206, headers: { 'content-range': 'bytes 0-3/10' }, body: '0123' },
        ),
      ],
    }),
    async ({ get }) => {
      const range = { headers: { range: 'bytes=0-3' } }
      assert.deepEqual(
        [(await get('/range', range)).status, (await get('/range', range)).body],
        [206, '0123'],
      )
      assert.equal((await get('/range')).body, '0123456789')
      assert.equal((await get('/range', range)).status, 206)
      assert.equal((await get('/range')).headers['x-cache'], 'HIT')
    },
  )

  on(
    'statuses that may be stored are, with their fields; others are not',
    () => ({
      routes: [
        cached('/status', ({ query }) => ({
          status: Number(query('s')),
          headers: { location: '/there' },
          body: `status ${query('s')}`,
        })),
      ],
    }),
    async ({ get }) => {
      for (const status of [200, 203, 301, 404, 410]) {
        await get(`/status?s=${status}`)
        const hit = await get(`/status?s=${status}`)
        assert.deepEqual(
          [hit.status, hit.headers['x-cache'], hit.headers.location],
          [status, 'HIT', '/there'],
        )
      }
      for (const status of [201, 302, 400, 401, 403, 429, 500, 503]) {
        await get(`/status?s=${status}`)
        const again = await get(`/status?s=${status}`)
        assert.deepEqual([again.status, again.headers['x-cache']], [status, 'MISS'])
      }
    },
  )

  const failing = counted((_, call) => {
    if (call === 1) throw new Error('no database')
    return { status: call === 2 ? 503 : 200, body: `call ${call}` }
  })
  on(
    'an error of the handler is answered as without a cache and not remembered',
    () => ({ routes: [cached('/failing', failing)] }),
    async ({ get }) => {
      assert.equal((await get('/failing')).status, 500)
      assert.equal((await get('/failing')).status, 503)
      assert.deepEqual([(await get('/failing')).body, (await get('/failing')).body], ['call 3', 'call 3'])
    },
  )

  const posted = numbered()
  on(
    'other methods go past the cache',
    () => ({
      routes: [cached('/form', numbered()), { method: 'POST', path: '/form', cache: {}, handle: posted }],
    }),
    async ({ get }) => {
      await get('/form')
      await get('/form', { method: 'POST', body: 'a=1' })
      assert.equal((await get('/form', { method: 'POST', body: 'a=1' })).body, 'call 2')
      assert.equal(posted.calls, 2)
      assert.equal((await get('/form')).headers['x-cache'], 'HIT')
    },
  )

  on(
    'request directives are obeyed: no-cache, no-store, max-age, only-if-cached',
    () => ({ routes: [cached('/wanted', numbered())] }),
    async ({ get }) => {
      const wanting = (text: string) => get('/wanted', { headers: { 'cache-control': text } })
      assert.equal((await wanting('only-if-cached')).status, 504)
      assert.equal((await wanting('no-store')).body, 'call 1')
      assert.equal((await get('/wanted')).body, 'call 2')
      assert.equal((await wanting('no-cache')).body, 'call 3')
      assert.equal((await get('/wanted')).body, 'call 3')
      assert.equal((await wanting('min-fresh=9999')).body, 'call 4')
      assert.equal((await wanting('max-age=60')).body, 'call 4')
      assert.equal((await wanting('only-if-cached')).body, 'call 4')
      assert.equal((await get('/wanted', { headers: { pragma: 'no-cache' } })).body, 'call 5')
    },
  )
}
