import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { cached, counted, type Worlds } from './world.ts'

/** So many tests share the 10 000 requests, so that each stays within the time a runner gives a test. */
const ROUNDS = 10

/** Spellings that one reader takes for a public file and another for an account. */
const DECEPTIONS = [
  '/account/style.css',
  '/account/..%2fstyle.css',
  '/account/%2e%2e/style.css',
  '/account/..;/style.css',
  '/account/me%2fstyle.css',
  '/account/me%5cstyle.css',
  '/account/me;style.css',
  '/account/me%3bstyle.css',
  '/account/me%00.css',
  '/account/me%0astyle.css',
  '/account/me%23style.css',
  '/account/me%3fstyle.css',
  '/account//style.css',
  '/account/./style.css',
  '/account/me%252fstyle.css',
  '/account/me.avif',
]

const VICTIMS: readonly Readonly<Record<string, string>>[] = [
  { cookie: 'session=victim' },
  { authorization: 'Bearer victim' },
  { 'x-api-key': 'victim' },
]

/** Nobody is answered what was made for somebody else. */
export function privacyTests({ on }: Worlds): void {
  const account = counted(({ header }) => ({
    body: `account of ${header('cookie') ?? header('authorization') ?? 'nobody'}`,
  }))
  on(
    'the account of one client is never answered to another, however its URL is spelled',
    () => ({ routes: [cached('/account/*', account)] }),
    async ({ get }) => {
      for (const path of DECEPTIONS) {
        for (const headers of VICTIMS) {
          await get(path, { headers })
          assert.ok(!(await get(path)).body.includes('victim'), path)
          assert.ok(
            !(await get(path, { headers: { cookie: 'session=other' } })).body.includes('victim'),
            path,
          )
        }
      }
    },
  )

  on(
    'spellings that routers read differently go past the cache',
    () => ({ routes: [cached('/account/*', account)] }),
    async ({ get }) => {
      for (const path of DECEPTIONS.slice(1, -1).filter(path => !/%(?:23|3f)/.test(path))) {
        await get(path)
        assert.notEqual((await get(path)).headers['x-cache'], 'HIT', path)
      }
    },
  )

  on(
    'a request with credentials is neither answered from the cache nor stored, and does not disturb it',
    () => ({ routes: [cached('/open', ({ header }) => ({ body: header('cookie') ?? 'nobody' }))] }),
    async ({ get }) => {
      const sent = { headers: { cookie: 'session=ann' } }
      assert.equal((await get('/open', sent)).body, 'session=ann')
      assert.equal((await get('/open')).body, 'nobody')
      assert.equal((await get('/open', sent)).body, 'session=ann')
      assert.deepEqual(
        [(await get('/open')).body, (await get('/open')).headers['x-cache']],
        ['nobody', 'HIT'],
      )
    },
  )

  on(
    'what a response opens with `public` is shared also with who has credentials',
    () => ({
      routes: [
        cached(
          '/public',
          counted((_, call) => ({ headers: { 'cache-control': 'public' }, body: `call ${call}` })),
        ),
      ],
    }),
    async ({ get }) => {
      assert.equal((await get('/public', { headers: { cookie: 'a=1' } })).body, 'call 1')
      assert.equal((await get('/public', { headers: { authorization: 'Bearer b' } })).body, 'call 1')
      assert.equal((await get('/public')).body, 'call 1')
    },
  )

  on(
    'with `private: false` credentials are hidden from the handler, and do not matter',
    () => ({
      routes: [
        cached(
          '/shared',
          ({ header }) => ({ body: header('cookie') ?? header('authorization') ?? 'nobody' }),
          { private: false },
        ),
      ],
    }),
    async ({ get }) => {
      assert.equal(
        (await get('/shared', { headers: { cookie: 'session=ann', authorization: 'Bearer ann' } })).body,
        'nobody',
      )
      assert.equal((await get('/shared', { headers: { cookie: 'session=bob' } })).headers['x-cache'], 'HIT')
    },
  )

  on(
    'a response that sets a cookie is not stored',
    () => ({
      routes: [
        cached(
          '/login',
          counted((_, call) => ({ headers: { 'set-cookie': [`id=${call}`, 'b=2'] }, body: 'x' })),
        ),
      ],
    }),
    async ({ get }) => {
      assert.deepEqual((await get('/login')).headers['set-cookie'], ['id=1', 'b=2'])
      assert.deepEqual((await get('/login')).headers['set-cookie'], ['id=2', 'b=2'])
    },
  )

  for (let round = 1; round <= ROUNDS; round++) {
    on(
      `10 000 requests of two users for one URL, interleaved: nobody sees what is the other’s (${round} of ${ROUNDS})`,
      () => ({
        routes: [
          cached('/feed', ({ header }) => ({ body: `feed of ${header('authorization')}` }), {
            byUser: ({ header }) => header('authorization'),
          }),
          cached('/plain-feed', ({ header }) => ({ body: `feed of ${header('authorization')}` })),
        ],
      }),
      async ({ get }) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 32 })
        const one = async (i: number): Promise<void> => {
          const user = i % 2 === 0 ? 'ann' : 'bob'
          const path = (i >> 1) % 2 === 0 ? '/feed' : '/plain-feed'
          assert.equal((await get(path, { agent, headers: { authorization: user } })).body, `feed of ${user}`)
        }
        for (let sent = 0; sent < 10_000 / ROUNDS; sent += 100) {
          await Promise.all(Array.from({ length: 100 }, (_, i) => one(i)))
        }
        agent.destroy()
      },
    )
  }
}
