import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { RouteHandlerMethod } from 'fastify'
import { expect, test } from 'vitest'
import { appWith, counter } from './support/app.ts'

async function twice(handler: RouteHandlerMethod, schema = {}) {
  const { app } = await appWith()
  app.get('/it', { config: { cache: {} }, schema }, handler)
  return [await app.inject('/it'), await app.inject('/it')] as const
}

test('what the serialiser of a schema has written is stored, and not written again', async () => {
  const schema = { response: { 200: { type: 'object', properties: { name: { type: 'string' } } } } }
  const [miss, hit] = await twice(async () => ({ name: 'Grace', password: 'secret' }), schema)
  expect([miss.body, hit.body]).toEqual(['{"name":"Grace"}', '{"name":"Grace"}'])
  expect(hit.headers['x-cache']).toBe('HIT')
  expect(hit.headers['content-type']).toBe(miss.headers['content-type'])
})

test.each<[string, () => unknown, string]>([
  ['a stream', () => Readable.from(['str', 'eam']), 'stream'],
  ['a stream of the web', () => new Blob(['web']).stream(), 'web'],
  ['a Response', () => new Response('response', { headers: { 'x-own': 'yes' } }), 'response'],
  ['a Response without body', () => new Response(null, { headers: { 'x-own': 'yes' } }), ''],
  ['a typed array', () => new Uint8Array([104, 105]), 'hi'],
  ['a buffer', () => Buffer.from('buffer'), 'buffer'],
  ['nothing', () => undefined, ''],
])('%s is answered and stored', async (_, make, body) => {
  const [miss, hit] = await twice((_request, reply) => void reply.header('x-own', 'yes').send(make()))
  expect([miss.body, hit.body]).toEqual([body, body])
  expect([hit.headers['x-cache'], hit.headers['x-own']]).toEqual(['HIT', 'yes'])
})

test('a handler may answer later, without a promise', async () => {
  const [miss, hit] = await twice((_request, reply) => {
    setImmediate(() => reply.send('later'))
  })
  expect([miss.body, hit.body, hit.headers['x-cache']]).toEqual(['later', 'later', 'HIT'])
})

test('a handler that the cache is not asked for may answer later, too', async () => {
  const { app } = await appWith()
  app.get('/later', { config: { cache: { skip: () => true } } }, (_request, reply) => {
    setImmediate(() => reply.send('later'))
  })
  expect((await app.inject('/later')).body).toBe('later')
})

test('a generator that reads the request while it is sent sees only what the key covers', async () => {
  const { app } = await appWith()
  app.get('/lazy', { config: { cache: {} } }, (request, reply) => {
    const lines = async function* () {
      yield `hello ${String(request.headers['x-name'])}`
    }
    return reply.type('text/plain').send(Readable.from(lines()))
  })
  const first = await app.inject({ url: '/lazy', headers: { 'x-name': 'evil' } })
  expect(first.body).toBe('hello undefined')
  expect((await app.inject('/lazy')).body).toBe('hello undefined')
})

test('a reply that is hijacked is answered by reply.raw, and not stored', async () => {
  const call = counter()
  const [first, second] = await twice(async (_request, reply) => {
    reply.hijack()
    reply.raw.end(`raw ${call()}`)
  })
  expect([first.body, second.body]).toEqual(['raw 1', 'raw 2'])
})

test('a Response that was read already fails as without a cache, and nobody waits for it', async () => {
  const call = counter()
  const [first, second] = await twice(async () => {
    const response = new Response('once')
    if (call() === 1) await response.text()
    return response
  })
  expect([first.statusCode, second.statusCode, second.body]).toEqual([500, 200, 'once'])
})

test('a client that goes away before the handler has answered leaves nothing behind', async () => {
  const { app } = await appWith()
  const called = Promise.withResolvers<void>()
  const call = counter()
  app.get('/slow', { config: { cache: {} } }, async request => {
    if (call() > 1) return 'second'
    called.resolve()
    await once(request.raw.socket, 'close')
    return 'first'
  })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const leaving = new AbortController()
  const left = fetch(`${origin}/slow`, { signal: leaving.signal }).catch(() => 'left')
  await called.promise
  leaving.abort()
  expect(await left).toBe('left')
  expect(await (await fetch(`${origin}/slow`)).text()).toBe('second')
  await app.close()
})
