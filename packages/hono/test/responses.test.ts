import type { Context } from 'hono'
import { stream, streamText } from 'hono/streaming'
import { expect, test } from 'vitest'
import { cacheResponse } from '../src/index.ts'
import { appWith, counter } from './support/app.ts'

async function twice(handler: (c: Context) => Response | Promise<Response>) {
  const { get } = await appWith((app, cache) =>
    app.onError((_, c) => c.text('failed', 500)).get('/it', cacheResponse(cache), handler),
  )
  return [await get('/it'), await get('/it')] as const
}

test.each<[string, (c: Context) => Response | Promise<Response>, string]>([
  ['c.text', c => c.text('text'), 'text'],
  ['c.json', c => c.json({ a: 1 }), '{"a":1}'],
  ['c.html', c => c.html('<p>'), '<p>'],
  ['c.body of nothing', c => c.body(''), ''],
  ['c.body of bytes', c => c.body(new Uint8Array([104, 105])), 'hi'],
  ['c.body of a stream', c => c.body(new Blob(['stream']).stream()), 'stream'],
  ['a Response', () => new Response('response'), 'response'],
  ['a Response without body', () => new Response(null), ''],
  ['a copy of a Response', () => new Response('copy').clone(), 'copy'],
  ['streaming', c => streamText(c, async out => void (await out.write('a'), await out.write('b'))), 'ab'],
])('%s is answered and stored', async (_, handler, body) => {
  const [miss, hit] = await twice(handler)
  expect([miss.status, hit.status, miss.body, hit.body, hit.outcome]).toEqual([200, 200, body, body, 'HIT'])
  expect(hit.headers.get('content-length')).toBe(String(body.length))
})

test('statuses without body stay so', async () => {
  const [first, second] = await twice(c => c.body(null, 204))
  expect([first.status, second.status, second.body, second.outcome]).toEqual([204, 204, '', 'MISS'])
})

test('what c.notFound answers is remembered as not found', async () => {
  const [miss, hit] = await twice(async c => c.notFound())
  expect([miss.status, hit.status, hit.body, hit.outcome]).toEqual([404, 404, miss.body, 'HIT'])
})

test('a stream that reads the request while it is sent sees only what the key covers', async () => {
  const { get } = await appWith((app, cache) =>
    app.get('/lazy', cacheResponse(cache), c =>
      stream(c, async out => {
        await out.write('hello ')
        await out.write(c.req.header('x-name') ?? 'nobody')
      }),
    ),
  )
  expect((await get('/lazy', { 'x-name': 'evil' })).body).toBe('hello nobody')
  expect((await get('/lazy')).outcome).toBe('HIT')
})

test.each<[string, (response: Response) => unknown]>([
  ['locked', response => response.body?.getReader()],
  ['used', response => response.text()],
])('a body that is %s fails, and nobody waits for it', async (_, spoil) => {
  const call = counter()
  const [first, second] = await twice(async () => {
    const response = new Response('once')
    if (call() === 1) await spoil(response)
    return response
  })
  expect([first.status, second.status, second.body]).toEqual([500, 200, 'once'])
})

test('an error handler answers what is thrown, and that is not stored', async () => {
  const call = counter()
  const { get } = await appWith((app, cache) => {
    app.onError((_, c) => c.text('sorry', 500))
    app.get('/failing', cacheResponse(cache), c => {
      if (call() === 1) throw new Error('no database')
      return c.text('fine')
    })
  })
  expect(
    [await get('/failing'), await get('/failing')].map(({ status, outcome, body }) => [
      status,
      outcome,
      body,
    ]),
  ).toEqual([
    [500, 'MISS', 'sorry'],
    [200, 'MISS', 'fine'],
  ])
})
