import assert from 'node:assert/strict'
import { askAndLeave } from './client.ts'
import { cached, counted, numbered, type Worlds } from './world.ts'

const WHOLE = 'abcdefgh'

/** Responses that come in pieces, and those that do not come to their end. */
export function streamTests({ on }: Worlds): void {
  on(
    'a stream is answered as it comes, and stored whole',
    () => ({
      routes: [
        cached(
          '/stream',
          counted(() => ({ headers: { 'content-type': 'text/plain' }, stream: pieces(WHOLE) })),
        ),
      ],
    }),
    async ({ get }) => {
      assert.deepEqual(
        [(await get('/stream')).body, (await get('/stream')).headers['x-cache']],
        [WHOLE, 'HIT'],
      )
      assert.equal((await get('/stream')).body, WHOLE)
    },
  )

  for (let bytes = 0; bytes < WHOLE.length; bytes++) {
    const breaking = counted((_, call) => ({
      headers: { 'content-type': 'text/plain' },
      stream: call === 1 ? pieces(WHOLE, bytes) : pieces(WHOLE),
    }))
    on(
      `a stream that breaks off after ${bytes} bytes is not stored`,
      () => ({ routes: [cached('/breaking', breaking)] }),
      async ({ get }) => {
        await get('/breaking').then(
          ({ status, body }) => assert.ok(status === 500 || body !== WHOLE),
          () => {},
        )
        assert.equal((await get('/breaking')).body, WHOLE)
        assert.equal((await get('/breaking')).body, WHOLE)
        assert.equal(breaking.calls, 2)
      },
    )

    const gates = Array.from(WHOLE, () => Promise.withResolvers<void>())
    const leaving = counted((_, call) => ({
      headers: { 'content-type': 'text/plain' },
      stream: call === 1 ? gatedPieces(gates.map(({ promise }) => promise)) : pieces(WHOLE),
    }))
    on(
      `where the client goes away after ${bytes} bytes, nothing less than the whole is stored`,
      () => ({ routes: [cached('/leaving', leaving)] }),
      async ({ get, server }) => {
        for (const { resolve } of gates.slice(0, bytes + 1)) resolve()
        await askAndLeave(server.origin, '/leaving', bytes + 1)
        for (const { resolve } of gates) resolve()
        assert.equal((await get('/leaving')).body, WHOLE)
        assert.equal((await get('/leaving')).body, WHOLE)
      },
    )
  }

  on(
    'a body shorter than its Content-Length is not stored',
    () => ({
      routes: [
        cached(
          '/short',
          counted((_, call) => ({
            headers: { 'content-type': 'text/plain', 'content-length': '8' },
            stream: pieces(call === 1 ? 'abcd' : WHOLE),
          })),
        ),
      ],
    }),
    async ({ get }) => {
      await get('/short').catch(() => {})
      assert.equal((await get('/short')).body, WHOLE)
    },
  )

  const large = 'x'.repeat(5000)
  on(
    'a body over `maxBodyBytes` is answered in full and not stored',
    () => ({
      routes: [
        cached('/large', () => ({ body: large }), { maxBodyBytes: '4kb' }),
        cached(
          '/large-stream',
          () => ({ headers: { 'content-type': 'text/plain' }, stream: pieces(large) }),
          { maxBodyBytes: '4kb' },
        ),
        cached('/small', numbered(), { maxBodyBytes: '4kb' }),
      ],
    }),
    async ({ get }) => {
      for (const path of ['/large', '/large-stream', '/large', '/large-stream']) {
        const { body, headers } = await get(path)
        assert.deepEqual([body.length, headers['x-cache']], [large.length, 'MISS'])
      }
      assert.equal((await get('/small'), await get('/small')).headers['x-cache'], 'HIT')
    },
  )
}

async function* pieces(text: string, breaksAfter: number = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  const size = text.length > 100 ? 500 : 1
  for (let at = 0; at < text.length; at += size) {
    if (at >= breaksAfter) throw new Error('the stream broke')
    yield Buffer.from(text.slice(at, at + size))
  }
}

async function* gatedPieces(gates: readonly Promise<void>[]): AsyncGenerator<Buffer> {
  for (const [i, gate] of gates.entries()) {
    await gate
    yield Buffer.from(WHOLE.charAt(i))
  }
}
