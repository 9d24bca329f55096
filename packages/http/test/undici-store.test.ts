import { createCache } from '@tiercache/core'
import { fakeRedis } from '@tiercache/core/testing'
import { Agent, type Dispatcher, interceptors, request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { createUndiciStore } from '../src/index.ts'
import { listen } from './support/plain.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function origin(): Promise<{ url: string; calls: () => number }> {
  let calls = 0
  const server = await listen((incoming, response) => {
    calls++
    const { pathname } = new URL(incoming.url ?? '/', 'http://any')
    const language = incoming.headers['accept-language'] ?? 'none'
    if (incoming.method !== 'GET') return void response.writeHead(204).end()
    if (incoming.headers['if-none-match'] === '"v1"') {
      return void response.writeHead(304, { etag: '"v1"', 'cache-control': 'max-age=60' }).end()
    }
    response.writeHead(200, {
      'cache-control': pathname === '/private' ? 'private' : 'max-age=60',
      etag: '"v1"',
      ...(pathname === '/vary' && { vary: 'accept-language' }),
    })
    response.end(`call ${calls} ${language}`)
  })
  closing.push(() => server.close())
  return { url: server.origin, calls: () => calls }
}

/** Two instances of a service that share a Redis. */
async function instances(): Promise<{ dispatchers: Dispatcher[]; redis: ReturnType<typeof fakeRedis> }> {
  const redis = fakeRedis()
  const dispatchers = await Promise.all(
    [1, 2].map(async () => {
      const cache = createCache({ redis })
      await cache.ready()
      const agent = new Agent()
      closing.push(
        () => cache.close(),
        () => agent.close(),
      )
      return agent.compose(interceptors.cache({ store: createUndiciStore(cache) }))
    }),
  )
  return { dispatchers, redis }
}

async function body(
  url: string,
  dispatcher: Dispatcher | undefined,
  headers: Record<string, string> = {},
): Promise<string> {
  const got = await request(url, { headers, ...(dispatcher && { dispatcher }) })
  return got.body.text()
}

test('a response that one instance fetched answers the other', async () => {
  const { url, calls } = await origin()
  const { dispatchers } = await instances()
  expect(await body(`${url}/a`, dispatchers[0])).toBe('call 1 none')
  await expect.poll(() => body(`${url}/a`, dispatchers[1])).toBe('call 1 none')
  expect(await body(`${url}/a`, dispatchers[0])).toBe('call 1 none')
  expect(calls()).toBe(1)
})

test('a private response is not kept', async () => {
  const { url, calls } = await origin()
  const { dispatchers } = await instances()
  await body(`${url}/private`, dispatchers[0])
  await body(`${url}/private`, dispatchers[0])
  expect(calls()).toBe(2)
})

test('variants of one URL live side by side', async () => {
  const { url, calls } = await origin()
  const { dispatchers } = await instances()
  const bodies = []
  for (const language of ['en', 'no', 'en', 'no']) {
    bodies.push(await body(`${url}/vary`, dispatchers[0], { 'accept-language': language }))
  }
  expect(bodies).toEqual(['call 1 en', 'call 2 no', 'call 1 en', 'call 2 no'])
  expect(calls()).toBe(2)
})

test('an unsafe request through either instance forgets the responses of its URL', async () => {
  const { url } = await origin()
  const { dispatchers } = await instances()
  await body(`${url}/a`, dispatchers[0])
  await request(`${url}/a`, { method: 'POST', ...(dispatchers[1] && { dispatcher: dispatchers[1] }) })
  await expect.poll(() => body(`${url}/a`, dispatchers[0])).toBe('call 3 none')
})

test('while Redis is down requests are answered', async () => {
  const { url } = await origin()
  const { dispatchers, redis } = await instances()
  redis.down()
  expect(await body(`${url}/a`, dispatchers[0])).toMatch(/^call/)
  expect(await body(`${url}/a`, dispatchers[0])).toMatch(/^call/)
})

test('names and sizes that are no options are refused at once', () => {
  const cache = createCache()
  expect(() => createUndiciStore(cache, { maxBodyBytes: 0 })).toThrow(/maxBodyBytes/)
  expect(() => createUndiciStore(cache, { nonsense: 1 } as object)).toThrow(/nonsense/)
})
