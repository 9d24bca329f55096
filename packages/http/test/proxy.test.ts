import { createCache, type Cache } from '@tiercache/core'
import { fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cachedProxy, type ProxyOptions } from '../src/index.ts'
import { ask } from '../src/testing/client.ts'
import { listen } from './support/plain.ts'

let cache: Cache
let clock: ManualClock
const closing: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  clock = manualClock()
  cache = createCache({ redis: fakeRedis({ clock }), clock, jitter: 0 })
  await cache.ready()
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  await cache.close()
})

async function proxied(
  origin: RequestListener,
  options: Partial<ProxyOptions> = {},
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = await listen(origin)
  const proxy = await listen(cachedProxy(cache, { origin: server.origin, headers: true, clock, ...options }))
  closing.push(() => proxy.close())
  return { url: proxy.origin, stop: () => server.close() }
}

test('an origin is asked once while its response is fresh, and with a condition once it is not', async () => {
  const asked: (string | undefined)[] = []
  const { url, stop } = await proxied((request, response) => {
    response.sendDate = false // it would be of another clock
    asked.push(request.headers['if-none-match'])
    const headers = { 'cache-control': 'max-age=60', etag: '"v1"' }
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304, headers).end()
    else response.writeHead(200, headers).end('body')
  })
  closing.push(stop)
  expect((await ask(url, '/a')).headers['x-cache']).toBe('MISS')
  expect((await ask(url, '/a')).headers['x-cache']).toBe('HIT')
  await clock.advance('61s')
  expect((await ask(url, '/a')).body).toBe('body')
  expect((await ask(url, '/a')).headers.age).toBe('0')
  expect(asked).toEqual([undefined, '"v1"'])
})

test('bytes pass as they are, and hop-by-hop fields do not pass', async () => {
  const seen: Record<string, unknown>[] = []
  const gzip = Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])
  const { url, stop } = await proxied((request, response) => {
    seen.push(request.headers)
    response
      .writeHead(200, {
        'content-encoding': 'gzip',
        'keep-alive': 'timeout=99',
        'cache-control': 'max-age=9',
      })
      .end(gzip)
  })
  closing.push(stop)
  const sent = {
    headers: {
      te: 'trailers',
      connection: 'close, x-hop',
      'x-hop': '1',
      'x-end': '2',
      'x-forwarded-host': 'evil',
    },
  }
  const got = await ask(url, '/gz?b=1&a=2', sent)
  expect(got.bytes).toEqual(gzip)
  expect((await ask(url, '/gz?a=2&b=1')).bytes).toEqual(gzip)
  expect(got.headers['keep-alive']).toBeUndefined()
  expect(seen[0]).toMatchObject({ 'x-end': '2', 'x-forwarded-host': new URL(url).host, via: '1.1 tiercache' })
  expect(seen[0]).not.toHaveProperty('x-hop')
})

test('a body is passed on, and a write forgets what was stored', async () => {
  let version = 1
  const { url, stop } = await proxied((request, response) => {
    if (request.method === 'GET')
      return void response.writeHead(200, { 'cache-control': 'max-age=60' }).end(`version ${version}`)
    request.setEncoding('utf8').on('data', (text: string) => (version = Number(text)))
    request.on('end', () => response.writeHead(200).end('done'))
  })
  closing.push(stop)
  await ask(url, '/a')
  expect((await ask(url, '/a', { method: 'PUT', body: '7' })).body).toBe('done')
  expect((await ask(url, '/a')).body).toBe('version 7')
})

test('an origin that is gone is 502, or its last response where that may stand in', async () => {
  const { url, stop } = await proxied((request, response) => {
    response.sendDate = false
    response
      .writeHead(200, {
        'cache-control': `max-age=1${request.url === '/kept' ? ', stale-if-error=600' : ''}`,
      })
      .end('body')
  })
  await ask(url, '/kept')
  await ask(url, '/lost')
  await stop()
  await clock.advance('2s')
  expect(await ask(url, '/kept')).toMatchObject({ status: 200, body: 'body' })
  expect((await ask(url, '/lost')).status).toBe(502)
})

test('an origin that breaks off leaves nothing behind', async () => {
  let calls = 0
  const { url, stop } = await proxied((_, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' })
    if (++calls > 1) return void response.end('whole')
    response.write('ha', () => response.destroy())
  })
  closing.push(stop)
  await expect(ask(url, '/a')).rejects.toThrow()
  expect((await ask(url, '/a')).body).toBe('whole')
})

test('an address that is none is refused at once', () => {
  expect(() => cachedProxy(cache, { origin: 'localhost' })).toThrow(/origin: "localhost" must be an address/)
})
