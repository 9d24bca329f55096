import { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { Socket } from 'node:net'
import { createCache } from '@tiercache/core'
import { fakeRedis, manualClock } from '@tiercache/core/testing'
import { expect, test } from 'vitest'
import { responseCache, serveNode, viewOfNode } from '../src/index.ts'
import { ask } from '../src/testing/client.ts'
import { listen } from './support/plain.ts'

test('a refresh that never reaches the route leaves the stale response, and the next request tries again', async () => {
  const clock = manualClock()
  const cache = createCache({ redis: fakeRedis({ clock }), clock, jitter: 0 })
  await cache.ready()
  const responses = responseCache(cache, { ttl: '1m', swr: '1h', headers: true, clock })
  let blocked = false
  let calls = 0
  const server = await listen((request, response) => {
    if (blocked && request.socket.localPort === undefined) return void response.writeHead(429).end()
    const run = (): unknown => response.end(`call ${++calls}`)
    void serveNode(responses, viewOfNode(request, { native: request }), { request, response }, run)
  })
  try {
    await ask(server.origin, '/a')
    await clock.advance('2m')
    blocked = true
    expect(await ask(server.origin, '/a')).toMatchObject({ body: 'call 1', headers: { 'x-cache': 'STALE' } })
    await cache.idle()
    expect((await ask(server.origin, '/a')).body).toBe('call 1')
    await cache.idle()
    blocked = false
    expect((await ask(server.origin, '/a')).body).toBe('call 1')
    await cache.idle()
    expect(await ask(server.origin, '/a')).toMatchObject({ body: 'call 2', headers: { 'x-cache': 'HIT' } })
  } finally {
    await server.close()
    await cache.close()
  }
})

test('what the serializer throws lets the handler answer', async () => {
  const cache = createCache({ jitter: 0 })
  const serializer = {
    serialize: (body: Buffer) => body,
    deserialize: (): Buffer => {
      throw new Error('not what was stored')
    },
  }
  const responses = responseCache(cache, { serializer })
  let calls = 0
  const server = await listen((request, response) => {
    const run = (): unknown => response.end(`call ${++calls}`)
    void serveNode(responses, viewOfNode(request, { native: request }), { request, response }, run)
  })
  try {
    expect((await ask(server.origin, '/a')).body).toBe('call 1')
    expect((await ask(server.origin, '/a')).body).toBe('call 2')
  } finally {
    await server.close()
    await cache.close()
  }
})

test('a request of a TLS server is sent again as one', async () => {
  const server = createServer()
  const seen: unknown[] = []
  server.on('request', (request, response) => {
    seen.push(request.url, 'encrypted' in request.socket && request.socket.encrypted)
    response.end()
  })
  const socket = Object.assign(new Socket(), { server, encrypted: true })
  const message = Object.assign(new IncomingMessage(socket), { method: 'GET', url: '/a' })
  await viewOfNode(message, { native: message }).replay?.(source => seen.push(source === message))
  expect(seen).toEqual([false, '/a', true])
})
