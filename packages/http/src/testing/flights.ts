import assert from 'node:assert/strict'
import { askAndLeave } from './client.ts'
import type { TestReply } from './app.ts'
import { cached, counted, type Counted, type Worlds } from './world.ts'

/** A handler that waits to be let go, and tells when it is called. */
function gated(answer: (call: number) => TestReply): {
  handle: Counted
  called: (times: number) => Promise<void>
  open: () => void
} {
  const gate = Promise.withResolvers<void>()
  const waiting: { readonly times: number; readonly resolve: () => void }[] = []
  const handle = counted(async (_, call) => {
    for (const { times, resolve } of waiting) if (call >= times) resolve()
    await gate.promise
    return answer(call)
  })
  const called = (times: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (handle.calls >= times) resolve()
    else waiting.push({ times, resolve })
    return promise
  }
  return { handle, called, open: gate.resolve }
}

/** Requests for one key at the same time. */
export function flightTests({ on, moving }: Worlds): void {
  const shared = gated(call => ({ body: `call ${call}` }))
  on(
    'requests for one URL at the same time have it made once',
    () => ({ routes: [cached('/one', shared.handle)] }),
    async ({ get }) => {
      const all = Array.from({ length: 50 }, () => get('/one'))
      await shared.called(1)
      shared.open()
      const answers = await Promise.all(all)
      assert.equal(shared.handle.calls, 1)
      assert.ok(answers.every(({ body, status }) => body === 'call 1' && status === 200))
      assert.equal(answers.filter(({ headers }) => headers['x-cache'] === 'MISS').length, 1)
    },
  )

  const refused = gated(call => ({ headers: { 'set-cookie': `id=${call}` }, body: `call ${call}` }))
  on(
    'where the response cannot be stored, each who waited is answered by the handler',
    () => ({ routes: [cached('/own', refused.handle)] }),
    async ({ get }) => {
      const all = Array.from({ length: 10 }, () => get('/own'))
      await refused.called(1)
      refused.open()
      const answers = await Promise.all(all)
      assert.equal(new Set(answers.map(({ headers }) => String(headers['set-cookie']))).size, 10)
    },
  )

  const failed = gated(call => ({ status: call === 1 ? 500 : 200, body: `call ${call}` }))
  on(
    'where the first fails, who waited is answered by the handler',
    () => ({ routes: [cached('/failed', failed.handle)] }),
    async ({ get }) => {
      const all = Array.from({ length: 5 }, () => get('/failed'))
      await failed.called(1)
      failed.open()
      const statuses = (await Promise.all(all)).map(({ status }) => status)
      assert.deepEqual(
        statuses.toSorted((a, b) => a - b),
        [200, 200, 200, 200, 500],
      )
    },
  )

  const left = gated(call => ({ body: `call ${call}` }))
  on(
    'where the client of the first goes away, who waited is answered all the same',
    () => ({ routes: [cached('/left', left.handle)] }),
    async ({ get, server }) => {
      const gone = askAndLeave(server.origin, '/left', left.called(1))
      await left.called(1)
      const followers = Array.from({ length: 5 }, () => get('/left'))
      await gone
      left.open()
      const answers = await Promise.all(followers)
      assert.ok(answers.every(({ status, body }) => status === 200 && /^call \d$/.test(body)))
    },
  )

  const hanging = gated(call => ({ body: `call ${call}` }))
  const free = Promise.withResolvers<void>()
  moving(
    'nobody waits for another longer than `wait`',
    clock => ({
      routes: [
        cached(
          '/hanging',
          request => (hanging.handle.calls === 0 ? hanging.handle(request) : { body: 'own' }),
          { wait: '2s', clock },
        ),
      ],
    }),
    async ({ get, clock }) => {
      const first = get('/hanging')
      await hanging.called(1)
      const second = get('/hanging')
      void second.then(() => free.resolve())
      // Time passes until the second has given up waiting.
      let answered = false
      void free.promise.then(() => (answered = true))
      while (!answered) await clock.advance('1s')
      assert.equal((await second).body, 'own')
      hanging.open()
      assert.equal((await first).body, 'call 1')
    },
  )
}
