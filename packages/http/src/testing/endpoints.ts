import assert from 'node:assert/strict'
import { cached, numbered, type Worlds } from './world.ts'

const TOKEN = 'a-token-of-enough-characters'
const SECRET = 'value nobody may see'

/** Health, statistics, and clearing by an operator. */
export function endpointTests({ on, moving }: Worlds): void {
  on(
    'health tells whether the cache works, and no keys',
    () => ({ health: '/health/cache', routes: [cached('/a', numbered())] }),
    async ({ get }) => {
      await get('/a')
      const { status, headers, body } = await get('/health/cache')
      const health = JSON.parse(body)
      assert.equal(status, 200)
      assert.match(String(headers['content-type']), /^application\/json/)
      assert.equal(headers['cache-control'], 'no-store')
      assert.deepEqual([health.status, health.backend], ['healthy', 'redis'])
      assert.equal(typeof health.latency_ms, 'number')
      for (const name of ['hits', 'misses', 'hit_rate_percent', 'redis_available', 'memory_cache_size'])
        assert.ok(name in health.stats, name)
      assert.ok(!body.includes('/a:'))
      assert.equal((await get('/health/cache', { method: 'POST' })).status, 405)
    },
  )

  moving(
    'health says degraded while Redis is down',
    () => ({ health: '/health', routes: [] }),
    async ({ get, redis }) => {
      redis.down()
      const { status, body } = await get('/health')
      assert.deepEqual(
        [status, JSON.parse(body).status, JSON.parse(body).stats.redis_available],
        [200, 'degraded', false],
      )
    },
  )

  on(
    'statistics count hits and misses',
    () => ({ stats: '/stats', routes: [cached('/a', () => ({ body: SECRET }))] }),
    async ({ get }) => {
      await get('/a')
      await get('/a')
      const { body } = await get('/stats')
      assert.deepEqual([JSON.parse(body).hits, JSON.parse(body).misses], [1, 1])
      assert.ok(!body.includes(SECRET))
    },
  )

  const order = (body: object, headers: object = {}) => ({
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'x-requested-with': 'test',
      ...headers,
    },
  })
  on(
    'an operator clears by tag, key, prefix, namespace and all, and is shown no values',
    () => ({
      admin: { path: '/admin', options: { authorize: TOKEN } },
      routes: [
        cached('/a', () => ({ body: SECRET }), { namespace: 'pages', tags: ['t'], key: () => ['a', 'b'] }),
      ],
    }),
    async ({ get }) => {
      for (const body of [
        { tags: ['t'] },
        { keys: ['a:b'], namespace: 'pages' },
        { prefixes: ['a'], namespace: 'pages' },
        { namespaces: ['pages'] },
        { all: true },
        { tags: ['t'], soft: true },
      ]) {
        await get('/a')
        assert.equal((await get('/a')).headers['x-cache'], 'HIT')
        const cleared = await get('/admin', order(body))
        assert.deepEqual([cleared.status, JSON.parse(cleared.body).status], [200, 'committed'])
        assert.ok(!cleared.body.includes(SECRET))
        assert.equal((await get('/a')).headers['x-cache'], 'MISS', JSON.stringify(body))
      }
    },
  )

  on(
    'nobody else clears anything, and nothing is cleared by mistake or by another site',
    () => ({ admin: { path: '/admin', options: { authorize: TOKEN } }, routes: [cached('/a', numbered())] }),
    async ({ get }) => {
      await get('/a')
      const everything = { all: true }
      const { 'x-requested-with': _, ...simple } = order(everything).headers
      for (const [sent, status] of [
        [{ method: 'GET' }, 401],
        [{ method: 'POST', body: '{"all":true}' }, 401],
        [order(everything, { authorization: '' }), 401],
        [order(everything, { authorization: 'Bearer wrong' }), 401],
        [order(everything, { authorization: `Basic ${TOKEN}` }), 401],
        [{ ...order(everything), method: 'GET', body: undefined }, 405],
        [{ ...order(everything), method: 'DELETE' }, 405],
        [{ ...order(everything), headers: simple }, 403],
        [order({}), 400],
        [order({ tags: 'a' }), 400],
        [order({ tags: [''] }), 400],
        [order({ everything: true }), 400],
        [order(JSON.parse('{"__proto__":{"all":true},"tags":[]}')), 400],
        [order(JSON.parse('{"constructor":{"prototype":{"all":true}}}')), 400],
        [order([]), 400],
      ] as const) {
        const { body, ...rest } = sent as { body?: string }
        assert.equal(
          (await get('/admin', { ...rest, ...(body !== undefined && { body }) })).status,
          status,
          JSON.stringify(sent),
        )
      }
      assert.equal((await get('/a')).headers['x-cache'], 'HIT')
      assert.equal(({} as { all?: unknown }).all, undefined)
    },
  )

  on(
    '`authorize` may be a function of the request; what it throws means no',
    () => ({
      admin: {
        path: '/admin',
        options: {
          perMinute: 4,
          authorize: ({ header }) => {
            if (header('x-role') === 'broken') throw new Error('broken')
            return header('x-role') === 'admin'
          },
        },
      },
      routes: [],
    }),
    async ({ get }) => {
      const as = async (role: string) =>
        (await get('/admin', order({ all: true }, { 'x-role': role }))).status
      assert.deepEqual(
        [await as('admin'), await as('user'), await as('broken'), await as('admin')],
        [200, 401, 401, 200],
      )
      assert.equal(await as('admin'), 429)
    },
  )
}
