import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createConnection } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listening } from '../src/testing/index.ts'

test('a server is waited for, and tells where it listens', async () => {
  const { origin, close, timing } = await listening(hello().listen(0, '127.0.0.1'))
  expect(await (await fetch(origin)).text()).toBe('hello')
  expect(timing).toBeUndefined()
  await close()
  await expect(fetch(origin)).rejects.toThrow()
})

test('one that listens already is not waited for', async () => {
  const server = hello().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { origin, close } = await listening(server)
  onTestFinished(close)
  expect(await (await fetch(origin)).text()).toBe('hello')
})

test('closing it ends connections that are open', async () => {
  const { origin, close } = await listening(hello().listen(0, '127.0.0.1'))
  const open = createConnection({ port: Number(new URL(origin).port), host: '127.0.0.1' })
  await once(open, 'connect')
  const closed = once(open, 'close')
  await Promise.all([close(), closed])
})

test('its times are those of the middleware at the time they are asked for', async () => {
  const stats = { routes: [], most: [], least: [] }
  let asked = 0
  const timing = { stats: () => ({ ...stats, most: [`GET /${++asked}`] }) }
  const server = await listening(hello().listen(0, '127.0.0.1'), timing)
  onTestFinished(server.close)
  expect([server.timing?.().most, server.timing?.().most]).toEqual([['GET /1'], ['GET /2']])
})

test('one that cannot listen is an error', async () => {
  const first = await listening(hello().listen(0, '127.0.0.1'))
  onTestFinished(first.close)
  const taken = Number(new URL(first.origin).port)
  await expect(listening(hello().listen(taken, '127.0.0.1'))).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

function hello(): Server {
  return createServer((_request, response) => response.end('hello'))
}
