import { PassThrough, Readable, Stream } from 'node:stream'
import type { Context } from 'koa'
import { expect, test } from 'vitest'
import { cacheResponse } from '../src/index.ts'
import { appWith, counter } from './support/app.ts'

async function twice(handler: (ctx: Context) => unknown) {
  const { get } = await appWith(
    cache => cacheResponse(cache),
    () => async ctx => void (await handler(ctx)),
  )
  return [await get('/'), await get('/')] as const
}

test.each<[string, () => unknown, string]>([
  ['text', () => 'text', 'text'],
  ['no text', () => '', ''],
  ['a buffer', () => Buffer.from('buffer'), 'buffer'],
  ['an object', () => ({ a: 1 }), '{"a":1}'],
  ['a list', () => [1, 2], '[1,2]'],
  ['a stream', () => Readable.from(['str', 'eam']), 'stream'],
  ['a duplex stream', () => new PassThrough().end('duplex'), 'duplex'],
  ['a stream of old', () => oldStream('old'), 'old'],
  ['a stream of the web', () => new Blob(['web']).stream(), 'web'],
  ['a blob', () => new Blob(['blob']), 'blob'],
  ['a Response', () => new Response('response'), 'response'],
  ['a Response without body', () => new Response(null), ''],
])('%s as ctx.body is answered and stored', async (_, make, body) => {
  const [miss, hit] = await twice(ctx => {
    ctx.set('x-own', 'yes')
    ctx.body = make()
  })
  expect([miss.status, miss.body, hit.body]).toEqual([200, body, body])
  expect([hit.outcome, hit.headers.get('x-own')]).toEqual(['HIT', 'yes'])
  expect(hit.headers.get('content-type')).toBe(miss.headers.get('content-type'))
})

test('a stream keeps the length its handler told', async () => {
  const [miss, hit] = await twice(ctx => {
    ctx.length = 5
    ctx.body = Readable.from(['12', '345'])
    ctx.length = 5
  })
  expect([miss.headers.get('content-length'), hit.headers.get('content-length'), hit.body]).toEqual([
    '5',
    '5',
    '12345',
  ])
})

test.each([204, 304])('a status without body stays one: %i', async status => {
  const [first, second] = await twice(ctx => void (ctx.status = status))
  expect([first.status, second.status, second.body, second.outcome]).toEqual([status, status, '', 'MISS'])
})

test('a handler that answers by ctx.res is left alone, and not stored', async () => {
  const call = counter()
  const [first, second] = await twice(ctx => {
    ctx.respond = false
    ctx.res.writeHead(200).end(`raw ${call()}`)
  })
  expect([first.body, second.body]).toEqual(['raw 1', 'raw 2'])
})

test('a body that cannot be written fails as without a cache, and nobody waits for it', async () => {
  const call = counter()
  const [first, second] = await twice(ctx => {
    const itself: { me?: unknown } = {}
    if (call() === 1) itself.me = itself
    ctx.body = itself
  })
  expect([first.status, second.status, second.body]).toEqual([500, 200, '{}'])
})

function oldStream(text: string): Stream {
  const stream = Object.assign(new Stream(), { pause: () => {}, resume: () => {} })
  setImmediate(() => {
    stream.emit('data', Buffer.from(text))
    stream.emit('end')
  })
  return stream
}
