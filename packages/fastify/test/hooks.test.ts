import type { preHandlerHookHandler } from 'fastify'
import { expect, test } from 'vitest'
import { appWith, counter } from './support/app.ts'

test('who is turned away by a preHandler is not answered from the cache, wherever that hook was added', async () => {
  const { app } = await appWith()
  // What an authorization plugin does.
  app.addHook('onRoute', route => {
    route.preHandler = async (request, reply) => {
      if (request.headers['x-pass'] !== 'yes') return reply.code(401).send('no')
    }
  })
  app.get('/jobs', { config: { cache: { ttl: '1m' } } }, async () => 'jobs')
  const get = (pass: string) => app.inject({ url: '/jobs', headers: { 'x-pass': pass } })
  await get('yes')
  expect((await get('yes')).headers['x-cache']).toBe('HIT')
  expect((await get('no')).statusCode).toBe(401)
})

test('fields that hooks have set before are of each request, and not stored', async () => {
  const { app } = await appWith()
  const call = counter()
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-call': call(), vary: 'Origin', 'set-cookie': ['a=1', 'b=2'] })
  })
  app.get('/jobs', { config: { cache: { varyHeaders: ['x-kind'] } } }, async (_request, reply) =>
    reply.header('vary', 'Origin, X-Kind').send('jobs'),
  )
  const [miss, hit] = [await app.inject('/jobs'), await app.inject('/jobs')]
  expect([miss.headers['x-cache'], hit.headers['x-cache']]).toEqual(['MISS', 'HIT'])
  expect([miss.headers['x-call'], hit.headers['x-call']]).toEqual(['1', '2'])
  expect(hit.headers.vary).toBe('origin, x-kind')
  expect(hit.headers['set-cookie']).toEqual(['a=1', 'b=2'])
})

test('a cookie of the handler keeps its response from being stored, also beside cookies of hooks', async () => {
  const { app } = await appWith()
  app.addHook('onRequest', async (_request, reply) => void reply.header('set-cookie', ['a=1', 'b=2']))
  app.get('/login', { config: { cache: {} } }, async (_request, reply) =>
    reply.header('set-cookie', 'own=1').send('in'),
  )
  await app.inject('/login')
  const again = await app.inject('/login')
  expect(again.headers['x-cache']).toBe('MISS')
  expect(again.headers['set-cookie']).toEqual(['a=1', 'b=2', 'own=1'])
})

test('an onSend hook of a later plugin changes hits and misses alike, once', async () => {
  const { app } = await appWith()
  app.addHook('onSend', async (_request, _reply, payload) => `<${String(payload)}>`)
  app.get('/jobs', { config: { cache: {} } }, async () => 'jobs')
  const answers = [await app.inject('/jobs'), await app.inject('/jobs')]
  expect(answers.map(({ body }) => body)).toEqual(['<jobs>', '<jobs>'])
  expect(answers.map(({ headers }) => headers['content-length'])).toEqual(['6', '6'])
})

test('the handler sees what the key covers; hooks before and after it see the whole request', async () => {
  const { app } = await appWith()
  const seen: unknown[] = []
  app.addHook(
    'onSend',
    async request => void seen.push(request.headers['x-tenant'], request.originalUrl, request.query),
  )
  app.get(
    '/seen',
    {
      config: { cache: { varyQuery: ['page'] } },
      preHandler: async request => void seen.push(request.originalUrl),
    },
    async request => {
      seen.push(request.headers['x-tenant'], request.originalUrl, request.url, request.raw.url, request.query)
      return 'seen'
    },
  )
  await app.inject({ url: '/seen?utm=1&page=2', headers: { 'x-tenant': 'evil' } })
  const whole = '/seen?utm=1&page=2'
  const shown = '/seen?page=2'
  expect(seen).toEqual([
    whole,
    undefined,
    shown,
    shown,
    shown,
    { page: '2' },
    'evil',
    whole,
    { utm: '1', page: '2' },
  ])
})

test('what an error handler answers is not stored', async () => {
  const { app } = await appWith()
  const call = counter()
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ sorry: true }))
  app.get('/failing', { config: { cache: {} } }, async () => {
    if (call() === 1) throw new Error('no database')
    return { fine: true }
  })
  const answers = [await app.inject('/failing'), await app.inject('/failing'), await app.inject('/failing')]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([500, 200, 200])
  expect(answers.map(({ headers }) => headers['x-cache'])).toEqual(['MISS', 'MISS', 'HIT'])
})

test('a hit in memory is sent in the tick that asks for it', async () => {
  const { app } = await appWith()
  let isLater = false
  const seen: boolean[] = []
  app.addHook('onSend', (_request, _reply, payload, done) => {
    seen.push(isLater)
    done(null, payload)
  })
  const preHandler: preHandlerHookHandler = (_request, _reply, done) => {
    isLater = false
    queueMicrotask(() => (isLater = true))
    done()
  }
  app.get('/jobs', { config: { cache: {} }, preHandler }, async () => 'jobs')
  await app.inject('/jobs')
  const hit = await app.inject('/jobs')
  expect([hit.headers['x-cache'], seen]).toEqual(['HIT', [true, false]])
})
