import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { type RedisServer, startRedis } from '@tiercache/redis-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, type NextServer, start } from './support/next-server.ts'

/* A real build, and two real instances over a real Redis. Nothing an instance answers is older than Δ = 2 s after an invalidation. */
const HEARD = { timeout: 5000, interval: 20 }

let redis: RedisServer
let rates: Server
let asked = 0
let built = ''
let [a, b]: NextServer[] = []

beforeAll(async () => {
  rates = createServer((_request, response) => response.end(`rate ${++asked}`)).listen(0, '127.0.0.1')
  await once(rates, 'listening')
  const RATES_URL = `http://127.0.0.1:${(rates.address() as AddressInfo).port}`
  // Where it is built, nobody answers on the Redis of the site.
  built = await build({ RATES_URL, REDIS_URL: 'redis://127.0.0.1:1' })
  redis = await startRedis()
  const env = { RATES_URL, REDIS_URL: redis.url }
  ;[a, b] = await Promise.all([start(env), start(env)])
}, 120_000)

afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()])
  rates?.close()
  await redis?.stop()
})

test('next build needs no Redis, and ends', () => {
  expect(built).toContain('/jobs')
  expect(built).not.toMatch(/Error|Warning/)
})

test("a result of 'use cache' that one instance made is served by the other", async () => {
  const made = await madeOn(a, '/jobs')
  expect(made).toMatch(/^[-0-9a-f]{36}$/)
  expect(await madeOn(b, '/jobs')).toBe(made)
  expect(await madeOn(a, '/jobs')).toBe(made)
})

test('revalidateTag on one instance is obeyed by the other', async () => {
  const old = await madeOn(b, '/jobs')
  await invalidate(a, { tag: 'jobs' })
  await expect.poll(() => madeOn(b, '/jobs'), HEARD).not.toBe(old)
  const made = await madeOn(b, '/jobs')
  await expect.poll(() => madeOn(a, '/jobs'), HEARD).toBe(made)
})

test('updateTag in a Server Action on one instance is obeyed by the other', async () => {
  const old = await madeOn(a, '/jobs')
  const response = await action(b, '/jobs')
  expect(response.status).toBe(200)
  await expect.poll(() => madeOn(a, '/jobs'), HEARD).not.toBe(old)
  expect(await madeOn(b, '/jobs')).toBe(await madeOn(a, '/jobs'))
})

test("revalidateTag with 'max' serves the old result while a new one is made, on the other instance too", async () => {
  const old = await madeOn(b, '/jobs')
  await invalidate(a, { tag: 'jobs', profile: 'max' })
  await expect.poll(() => madeOn(b, '/jobs'), HEARD).not.toBe(old)
  const made = await madeOn(b, '/jobs')
  await expect.poll(() => madeOn(a, '/jobs'), HEARD).toBe(made)
})

test('a page that was rendered by next build is served by both, until revalidatePath on one', async () => {
  const old = await madeOn(a, '/isr')
  expect(await madeOn(b, '/isr')).toBe(old)
  await invalidate(a, { path: '/isr' })
  await expect.poll(() => madeOn(b, '/isr'), HEARD).not.toBe(old)
  const made = await madeOn(b, '/isr')
  await expect.poll(() => madeOn(a, '/isr'), HEARD).toBe(made)
})

test('revalidateTag invalidates a page by the tag of what it was made of', async () => {
  const old = await madeOn(a, '/isr')
  await invalidate(b, { tag: 'isr' })
  await expect.poll(() => madeOn(a, '/isr'), HEARD).not.toBe(old)
})

test('fetches are shared, and obey their tags', async () => {
  const rate = await textOf(a, '/api/rates')
  expect(await textOf(b, '/api/rates')).toBe(rate)
  await invalidate(b, { tag: 'rates' })
  await expect.poll(() => textOf(a, '/api/rates'), HEARD).not.toBe(rate)
})

test('a route handler that one instance has answered is answered from the cache by the other', async () => {
  const [miss, first] = await list(a, '/api/lists/7', { 'x-forwarded-host': 'evil.example' })
  expect([miss, first]).toEqual([
    'MISS',
    { id: '7', url: 'http://shop.example/api/lists/7', forwarded: null, made: expect.any(String) },
  ])
  for (const server of [a, b, a]) expect(await list(server, '/api/lists/7')).toEqual(['HIT', first])
})

test('a write on one instance invalidates the response of the other', async () => {
  const [, { made: old }] = await list(b, '/api/lists/7')
  expect((await fetch(`${a?.origin}/api/lists/7`, { method: 'POST' })).status).toBe(204)
  await expect.poll(async () => (await list(b, '/api/lists/7'))[1].made, HEARD).not.toBe(old)
})

test('where a rewrite leads one URL to two routes, each is answered its own', async () => {
  const us = { 'x-country': 'us' }
  for (const outcome of ['MISS', 'HIT']) {
    expect(await list(a, '/list', us)).toMatchObject([outcome, { id: 'us' }])
    expect(await list(a, '/list')).toMatchObject([outcome, { id: 'elsewhere' }])
  }
})

test('health is asked for when the site runs, and not answered by the build', async () => {
  expect(JSON.parse(await textOf(a, '/api/health'))).toMatchObject({ status: 'healthy', backend: 'redis' })
})

test('with a Redis that hangs pages answer all the same, from memory and made anew', async () => {
  process.kill(redis.pid, 'SIGSTOP')
  try {
    const from = performance.now()
    for (let i = 0; i < 5; i++) {
      const made = await Promise.all([a, b].map(server => madeOn(server, '/jobs')))
      expect(made.every(id => /^[-0-9a-f]{36}$/.test(id))).toBe(true)
      expect(await madeOn(a, '/isr')).toMatch(/^[-0-9a-f]{36}$/)
      expect(await textOf(b, '/api/rates')).toContain('rate')
    }
    await invalidate(a, { tag: 'jobs' })
    console.log(`16 answers without Redis: ${Math.round(performance.now() - from)} ms`)
    expect(performance.now() - from).toBeLessThan(10_000)
  } finally {
    process.kill(redis.pid, 'SIGCONT')
  }
  const made = (): Promise<string[]> => Promise.all([a, b].map(server => madeOn(server, '/jobs')))
  await expect.poll(async () => new Set(await made()).size, { timeout: 10_000, interval: 50 }).toBe(1)
})

async function textOf(server: NextServer | undefined, path: string): Promise<string> {
  const response = await fetch(`${server?.origin}${path}`, { signal: AbortSignal.timeout(5000) })
  expect(response.status, server?.said()).toBe(200)
  return response.text()
}

interface List {
  readonly id: string
  readonly made: string
}

/** How a list was answered, and the list. The host is that of the site, where all instances have one. */
async function list(
  server: NextServer | undefined,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<[outcome: unknown, list: List]> {
  const sent = get(`${server?.origin}${path}`, {
    headers: { host: 'shop.example', ...fields },
    timeout: 5000,
  })
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode, server?.said()).toBe(200)
  return [response.headers['x-cache'], (await json(response)) as List]
}

/** The id of what a page shows. */
async function madeOn(server: NextServer | undefined, path: string): Promise<string> {
  return /<p id="made">(.*?)<\/p>/.exec(await textOf(server, path))?.[1] ?? ''
}

async function invalidate(server: NextServer | undefined, what: Record<string, string>): Promise<void> {
  const response = await fetch(`${server?.origin}/api/invalidate`, {
    method: 'POST',
    body: JSON.stringify(what),
  })
  expect(response.status, server?.said()).toBe(204)
}

/** Sends the form of a page, as a browser without JavaScript does. */
async function action(server: NextServer | undefined, path: string): Promise<Response> {
  const name = /name="(\$ACTION_ID_\w+)"/.exec(await textOf(server, path))?.[1] ?? ''
  const body = new FormData()
  body.set(name, '')
  return fetch(`${server?.origin}${path}`, { method: 'POST', body })
}
