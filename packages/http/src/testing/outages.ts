import assert from 'node:assert/strict'
import { cached, counted, numbered, type Worlds } from './world.ts'

/** A Redis in trouble never breaks a response. */
export function outageTests({ moving }: Worlds): void {
  const down = numbered()
  moving(
    'while Redis is down requests are answered, from memory as far as it may answer',
    clock => ({ routes: [cached('/down', down, { clock })] }),
    async ({ get, redis }) => {
      redis.down()
      const answers = [await get('/down'), await get('/down')]
      assert.ok(answers.every(({ status, body }) => status === 200 && body.startsWith('call ')))
      redis.up()
      assert.equal((await get('/down')).status, 200)
    },
  )

  moving(
    'while Redis hangs requests are answered once its deadline has passed',
    clock => ({
      routes: [
        cached(
          '/hung',
          counted((_, call) => ({ body: `call ${call}` })),
          { clock, tags: ['t'] },
        ),
      ],
    }),
    async ({ get, redis, clock }) => {
      redis.hang()
      const { status, body, passedMs } = await whileTimePasses(clock, get('/hung'))
      assert.deepEqual([status, body], [200, 'call 1'])
      assert.ok(passedMs <= 1000, `it took ${passedMs} ms`)
      redis.resume()
      assert.equal((await whileTimePasses(clock, get('/hung'))).status, 200)
    },
  )

  moving(
    'a write is answered while Redis is down, and what it invalidates is invalidated when Redis is back',
    clock => ({
      routes: [
        cached('/row', numbered(), { clock, tags: ['row'] }),
        {
          method: 'POST',
          path: '/row',
          invalidates: { tags: ['row'] },
          handle: () => ({ status: 201, body: 'written' }),
        },
      ],
    }),
    async ({ get, redis, clock, cache }) => {
      await get('/row')
      redis.down()
      const written = await whileTimePasses(clock, get('/row', { method: 'POST' }))
      assert.deepEqual([written.status, written.body], [201, 'written'])
      redis.up()
      await whileTimePasses(clock, cache.ready())
      await clock.advance('5s')
      assert.notEqual((await get('/row')).body, 'call 1')
    },
  )

  moving(
    'a value in Redis that is no response is not answered',
    clock => ({ routes: [cached('/forged', numbered(), { clock, namespace: 'f', key: () => 'k' })] }),
    async ({ get, cache, clock }) => {
      const forged = cache.namespace('f')
      const sound = {
        status: 200,
        body: Buffer.from('x'),
        atMs: 0,
        ageS: 0,
        ttlMs: 1,
        swrMs: 0,
        sieMs: 0,
        shared: true,
        noCache: false,
      }
      for (const value of [
        'text',
        null,
        { status: 200 },
        { ...sound, headers: ['x-a', 'b\r\nset-cookie: a=1'] },
        { ...sound, headers: ['set-cookie', 'a=1'] },
        { ...sound, headers: ['x-a'] },
        { ...sound, headers: [], status: 99 },
        { ...sound, headers: [], body: 'text' },
      ]) {
        await forged.set('k', value)
        const { status, body, headers } = await whileTimePasses(clock, get('/forged'))
        assert.deepEqual([status, headers['set-cookie'], headers['x-a']], [200, undefined, undefined])
        assert.match(body, /^call \d$/)
      }
    },
  )
}

/** Lets time pass, 50 ms at a time, until a promise has settled. */
async function whileTimePasses<T>(
  clock: { advance(by: number): Promise<void>; now(): number },
  promise: Promise<T>,
): Promise<T & { readonly passedMs: number }> {
  const from = clock.now()
  let settled = false
  const over = promise.catch(() => {}).finally(() => (settled = true))
  while (!settled) {
    await clock.advance(50)
    await new Promise(resolve => setImmediate(resolve))
  }
  await over
  return Object.assign((await promise) ?? ({} as T & object), { passedMs: clock.now() - from }) as T & {
    readonly passedMs: number
  }
}
