import assert from 'node:assert/strict'
import type { InvalidatesOptions } from '../invalidates.ts'
import type { TestReply, TestRequest, TestRoute } from './app.ts'
import { cached, counted, numbered, type Worlds } from './world.ts'

function writing(
  path: string,
  invalidates: InvalidatesOptions<TestRequest>,
  reply: TestReply = { body: 'done' },
): TestRoute {
  return {
    method: 'POST',
    path,
    invalidates,
    handle: ({ query }) => ({ ...reply, status: Number(query('s') ?? 200) }),
  }
}

/** What a write invalidates. */
export function invalidationTests({ on }: Worlds): void {
  on(
    'a write invalidates what it declares: tags, keys, namespaces, an event',
    cache => {
      cache.rule<{ id: string }>('jobs_changed', ({ id }) => ({ tags: [`job:${id}`] }))
      return {
        routes: [
          cached('/jobs', numbered(), {
            namespace: 'jobs',
            tags: ({ query }) => ['jobs', `job:${query('id')}`],
            key: ({ query }) => `job:${query('id')}`,
          }),
          writing('/by-tag', { tags: ['jobs'] }),
          writing('/by-own-tag', { tags: ({ query }) => [`job:${query('id')}`] }),
          writing('/by-key', { keys: [['elsewhere', 1]] }),
          writing('/by-namespace', { namespaces: ['jobs'] }),
          writing('/by-event', { event: ({ query }) => ['jobs_changed', { id: query('id') }] }),
        ],
      }
    },
    async ({ get, cache }) => {
      for (const path of ['/by-tag', '/by-own-tag', '/by-namespace', '/by-event']) {
        await get('/jobs?id=1')
        assert.equal((await get('/jobs?id=1')).headers['x-cache'], 'HIT')
        assert.equal((await get(`${path}?id=1`, { method: 'POST' })).status, 200)
        assert.equal((await get('/jobs?id=1')).headers['x-cache'], 'MISS', path)
      }
      await cache.set(['elsewhere', 1], 'value')
      await get('/by-key', { method: 'POST' })
      assert.equal(await cache.get(['elsewhere', 1]), undefined)
    },
  )

  on(
    'a write that fails invalidates nothing',
    () => ({
      routes: [
        cached('/jobs', numbered(), { tags: ['jobs'] }),
        writing('/write', { tags: ['jobs'] }),
        {
          method: 'POST',
          path: '/throw',
          invalidates: { tags: ['jobs'] },
          handle: () => {
            throw new Error('no database')
          },
        },
      ],
    }),
    async ({ get }) => {
      await get('/jobs')
      for (const status of [400, 403, 404, 500]) await get(`/write?s=${status}`, { method: 'POST' })
      assert.equal((await get('/throw', { method: 'POST' })).status, 500)
      assert.equal((await get('/jobs')).body, 'call 1')
      for (const status of [201, 204, 303]) {
        const { body } = await get('/jobs')
        assert.equal((await get(`/write?s=${status}`, { method: 'POST' })).status, status)
        assert.notEqual((await get('/jobs')).body, body)
      }
    },
  )

  on(
    'who has been told of a write sees it',
    () => {
      let version = 0
      return {
        routes: [
          cached('/version', () => ({ body: `version ${version}` }), { tags: ['version'] }),
          {
            method: 'POST',
            path: '/version',
            invalidates: { tags: ['version'] },
            handle: () => ({ body: `${++version}` }),
          },
        ],
      }
    },
    async ({ get }) => {
      for (let i = 1; i <= 20; i++) {
        await get('/version')
        await get('/version', { method: 'POST' })
        assert.equal((await get('/version')).body, `version ${i}`)
      }
    },
  )

  const reading = Promise.withResolvers<void>()
  const row = Promise.withResolvers<string>()
  on(
    'a write while a response is made keeps it from being stored',
    () => ({
      routes: [
        cached(
          '/row',
          counted(async (_, call) => {
            if (call > 1) return { body: 'new' }
            reading.resolve()
            return { body: await row.promise }
          }),
          { tags: ['row'] },
        ),
        writing('/row', { tags: ['row'] }),
      ],
    }),
    async ({ get }) => {
      const before = get('/row')
      await reading.promise
      await get('/row', { method: 'POST' })
      row.resolve('old')
      assert.equal((await before).body, 'old')
      assert.equal((await get('/row')).body, 'new')
    },
  )
}
