import assert from 'node:assert/strict'
import { cached, counted, type Worlds } from './world.ts'

const lines: string[] = []

/** Response times with and without the cache. */
export function timingTests({ on }: Worlds): void {
  on(
    'answers are timed by route, with and without a hit, and told in a log',
    () => ({
      timing: { log: line => void lines.push(line) },
      routes: [
        cached(
          '/users/*',
          counted((_, call) => ({ body: `call ${call}` })),
          { namespace: 'user', tags: ['users'] },
        ),
        cached('/never', () => ({ headers: { 'cache-control': 'no-store' }, body: 'x' })),
      ],
    }),
    async ({ get, server, cache }) => {
      for (const path of ['/users/1', '/users/1', '/users/2', '/users/1?a=b', '/never', '/never'])
        await get(path)
      await cache.namespace('user').clear()
      const stats = server.timing?.()
      assert.ok(stats !== undefined)
      const users = stats.routes.find(({ route }) => route.includes('/users'))
      const never = stats.routes.find(({ route }) => route.includes('/never'))
      assert.deepEqual([users?.withHit.count, users?.withoutHit.count, users?.hitRate], [1, 3, 0.25])
      assert.deepEqual([never?.withHit.count, never?.withoutHit.count, never?.savedMs], [0, 2, 0])
      assert.equal(stats.most.length, 2)
      assert.deepEqual(stats.least, stats.most.toReversed())
      const told = lines.map(line => line.slice(20))
      assert.ok(lines.every(line => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d \[INFO\] CACHE_\w+ /.test(line)))
      assert.match(told[0] ?? '', /^\[INFO\] CACHE_MISS path=\/users\/1 time=\d+ms key=user:\/users\/1:\S+$/)
      assert.match(told[1] ?? '', /^\[INFO\] CACHE_HIT path=\/users\/1 time=\d+ms key=user:\/users\/1:\S+$/)
      assert.match(told[3] ?? '', /^\[INFO\] CACHE_MISS path=\/users\/1\?a=b time=\d+ms key=\S+$/)
      assert.match(told.at(-1) ?? '', /^\[INFO\] CACHE_INVALIDATE pattern=@user:\* count=1$/)
    },
  )
}
