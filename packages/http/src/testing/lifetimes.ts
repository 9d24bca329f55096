import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { TtlPolicy } from '@tiercache/core'
import type { ResponseView } from '../options.ts'
import { cached, counted, numbered, type Worlds } from './world.ts'

/** Doubles the lifetime of what did not change since it was made before, and halves that of what did. */
const doubling: TtlPolicy<ResponseView> = (_, { version = '', previous }) => {
  const last = Buffer.from(previous?.state ?? [])
  const mark = Buffer.from(createHash('sha256').update(version).digest().subarray(0, 8))
  const factor = last.length === 0 ? 1 : last.equals(mark) ? 2 : 0.5
  return { ttl: Math.round((previous?.ttlMs ?? 60_000) * factor), state: mark }
}

/** How long responses are answered. */
export function lifetimeTests({ on, moving }: Worlds): void {
  moving(
    'a response is answered until its ttl, with its age, and then made again',
    clock => ({ routes: [cached('/t', numbered(), { ttl: '1m', clock })] }),
    async ({ get, clock }) => {
      await get('/t')
      await clock.advance('59s')
      const late = await get('/t')
      assert.deepEqual(
        [late.body, late.headers.age, late.headers['x-cache-ttl-remaining']],
        ['call 1', '59', '1'],
      )
      await clock.advance('1s')
      assert.equal((await get('/t')).body, 'call 2')
    },
  )

  moving(
    'what the response’s own headers say caps the ttl of the route',
    clock => ({
      routes: [
        cached(
          '/capped',
          ({ query }) => ({
            headers: { 'cache-control': query('cc') ?? '', ...(query('age') && { age: '50' }) },
            body: 'x',
          }),
          {
            ttl: '5m',
            clock,
          },
        ),
      ],
    }),
    async ({ get }) => {
      const left = async (query: string) => (await get(`/capped?${query}`)).headers['x-cache-ttl-remaining']
      assert.equal(await left('cc=max-age%3D60'), '60')
      assert.equal(await left('cc=max-age%3D60,s-maxage%3D30'), '30')
      assert.equal(await left('cc=max-age%3D900'), '300')
      assert.equal(await left('cc=max-age%3D60&age=1'), '10')
      assert.equal(await left('cc=max-age%3Dnonsense'), undefined)
    },
  )

  on(
    'what the response’s own headers forbid is not stored',
    () => ({
      routes: [
        cached('/forbidden', ({ query }) => ({ headers: { 'cache-control': query('cc') ?? '' }, body: 'x' })),
      ],
    }),
    async ({ get }) => {
      for (const directive of [
        'no-store',
        'private',
        'no-cache',
        'max-age%3D0',
        'NO-STORE',
        'private%3D%22x-own%22',
        'public,%20no-store',
        'no-store%3D1',
      ]) {
        await get(`/forbidden?cc=${directive}`)
        assert.equal((await get(`/forbidden?cc=${directive}`)).headers['x-cache'], 'MISS', directive)
      }
    },
  )

  moving(
    'not found is remembered for `negativeTtl` at most',
    clock => ({
      routes: [cached('/gone', numbered({ status: 404 }), { ttl: '5m', negativeTtl: '10s', clock })],
    }),
    async ({ get, clock }) => {
      await get('/gone')
      assert.deepEqual([(await get('/gone')).body, (await get('/gone')).status], ['call 1', 404])
      await clock.advance('10s')
      assert.equal((await get('/gone')).body, 'call 2')
    },
  )

  const slow = numbered()
  moving(
    'with `swr` a stale response is answered at once, and made again behind the answer',
    clock => ({ routes: [cached('/swr', slow, { ttl: '1m', swr: '1m', clock })] }),
    async ({ get, clock, cache }) => {
      await get('/swr')
      await clock.advance('90s')
      const stale = await get('/swr')
      assert.deepEqual([stale.body, stale.headers['x-cache'], stale.headers.age], ['call 1', 'STALE', '90'])
      assert.equal(stale.headers['cache-status'], 'tiercache; hit; ttl=-30')
      await cache.idle()
      const hit = await get('/swr')
      assert.deepEqual([hit.body, hit.headers['x-cache'], slow.calls], ['call 2', 'HIT', 2])
      await clock.advance('121s')
      assert.deepEqual([(await get('/swr')).body, slow.calls], ['call 3', 3])
    },
  )

  const failing = counted((_, call) =>
    call === 2 ? { status: 503, body: 'down' } : { body: `call ${call}` },
  )
  moving(
    'with `staleIfError` a stale response stands in for a handler that fails, and for nothing else',
    clock => ({ routes: [cached('/sie', failing, { ttl: '1m', staleIfError: '1h', clock })] }),
    async ({ get, clock }) => {
      await get('/sie')
      await clock.advance('2m')
      const stale = await get('/sie')
      assert.deepEqual([stale.status, stale.body, stale.headers['x-cache']], [200, 'call 1', 'STALE'])
      assert.equal((await get('/sie')).body, 'call 3')
      assert.equal((await get('/sie')).headers['x-cache'], 'HIT')
    },
  )

  const throwing = counted((_, call) => {
    if (call > 1) throw new Error('no database')
    return { body: 'good', headers: { 'x-own': 'kept' } }
  })
  moving(
    'a stale response stands in for a handler that throws, until `staleIfError` has passed',
    clock => ({ routes: [cached('/throws', throwing, { ttl: '1m', staleIfError: '1h', clock })] }),
    async ({ get, clock }) => {
      await get('/throws')
      await clock.advance('2m')
      const stale = await get('/throws')
      assert.deepEqual([stale.status, stale.body, stale.headers['x-own']], [200, 'good', 'kept'])
      assert.equal(stale.headers['content-length'], '4')
      await clock.advance('1h')
      assert.equal((await get('/throws')).status, 500)
    },
  )

  moving(
    'a policy decides the lifetime of each response, and finds again what it learnt after the response has expired',
    clock => ({
      routes: [
        cached(
          '/learnt',
          counted(({ query }, call) => ({
            headers: { ...(query('as') === 'etag' && { etag: '"1"' }) },
            body: `call ${query('as') === 'same' ? 1 : call}`,
          })),
          { ttl: { policy: doubling }, varyQuery: ['as'], clock },
        ),
      ],
    }),
    async ({ get, clock }) => {
      const livesOf = async (as: string): Promise<(string | string[] | undefined)[]> => {
        const lives: (string | string[] | undefined)[] = []
        for (let load = 0; load < 3; load++) {
          const made = await get(`/learnt?as=${as}`)
          assert.equal(made.headers['x-cache'], 'MISS')
          assert.equal(made.headers['x-cache-ttl-remaining'], undefined)
          const left = (await get(`/learnt?as=${as}`)).headers['x-cache-ttl-remaining']
          lives.push(left)
          await clock.advance(Number(left) * 1000 + 60_000)
        }
        return lives
      }
      assert.deepEqual(await livesOf('changing'), ['60', '30', '15'])
      assert.deepEqual(await livesOf('same'), ['60', '120', '240'])
      assert.deepEqual(await livesOf('etag'), ['60', '120', '240'])
    },
  )

  moving(
    'a function of the request gives a ttl or a policy, and what the response’s own headers say caps either',
    clock => ({
      routes: [
        cached(
          '/chosen',
          counted(({ query }) => ({ headers: { 'cache-control': query('cc') ?? '' }, body: 'x' })),
          {
            ttl: ({ query }) =>
              query('by') === 'policy' ? doubling : query('by') === 'own' ? { policy: doubling } : '2m',
            clock,
          },
        ),
      ],
    }),
    async ({ get }) => {
      const left = async (query: string) => {
        await get(`/chosen?${query}`)
        return (await get(`/chosen?${query}`)).headers['x-cache-ttl-remaining']
      }
      assert.equal(await left('by=policy'), '60')
      assert.equal(await left('by=own'), '60')
      assert.equal(await left('by=none'), '120')
      assert.equal(await left('by=policy&cc=max-age%3D20'), '20')
      assert.equal(await left('by=policy&cc=no-store'), undefined)
    },
  )

  const learning = numbered()
  moving(
    'a policy’s response is answered stale for as long as `swr` says, not for as long as it is kept',
    clock => ({ routes: [cached('/kept', learning, { ttl: { policy: doubling }, swr: '1m', clock })] }),
    async ({ get, clock, cache }) => {
      await get('/kept')
      await clock.advance('90s')
      const stale = await get('/kept')
      assert.deepEqual([stale.body, stale.headers['cache-status']], ['call 1', 'tiercache; hit; ttl=-30'])
      await cache.idle()
      assert.equal((await get('/kept')).headers['x-cache-ttl-remaining'], '30')
      await clock.advance('91s')
      const late = await get('/kept')
      assert.deepEqual([late.body, late.headers['x-cache'], learning.calls], ['call 3', 'MISS', 3])
      assert.equal((await get('/kept')).headers['x-cache-ttl-remaining'], '15')
    },
  )

  const strict = counted((_, call) => ({
    status: call === 1 ? 200 : 500,
    headers: { 'cache-control': 'max-age=60, must-revalidate' },
    body: `call ${call}`,
  }))
  moving(
    'a response that must be revalidated is never answered stale',
    clock => ({ routes: [cached('/strict', strict, { ttl: '1m', swr: '1h', staleIfError: '1h', clock })] }),
    async ({ get, clock }) => {
      await get('/strict')
      await clock.advance('61s')
      assert.deepEqual([(await get('/strict')).status, (await get('/strict')).body], [500, 'call 3'])
    },
  )
}
