import type {} from '@tiercache/redis-server/global-setup'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { adaptiveTtl } from '@tiercache/adaptive-ttl'
import { createCache } from '@tiercache/core'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { TestRoute } from '../src/testing/index.ts'
import { ask } from '../src/testing/client.ts'
import { nodeHandler, startPlain } from './support/plain.ts'

interface Instance {
  /** Asks until the response is made anew, and once more for how long it lives, in s. */
  readonly lifeOf: (path: string) => Promise<number>
  readonly close: () => Promise<void>
}

const calls = { steady: 0, moving: 0 }

/** A server with two routes under one policy: one answers the same all the time, the other something else each time. */
async function instance(namespace: string): Promise<Instance> {
  const ttl = adaptiveTtl({ staleAge: '10s', initialTtl: '300ms', minTtl: '100ms', mostChance: 0.99 })
  const cache = createCache({ redis: inject('redisUrl'), namespace, jitter: 0 })
  await cache.ready()
  const route = (path: string, handle: TestRoute['handle']): TestRoute => ({
    method: 'GET',
    path,
    cache: { headers: true, ttl: path === '/moving' ? () => ttl.within({ maxTtl: '1m' }) : ttl },
    handle,
  })
  const routes = [
    route('/steady', () => ({ headers: { etag: '"1"' }, body: `asked ${++calls.steady} times` })),
    route('/moving', () => ({ body: `asked ${++calls.moving} times` })),
  ]
  const server = await startPlain({ cache, routes }, nodeHandler)
  const close = async (): Promise<void> => {
    await server.close()
    await cache.close()
  }
  onTestFinished(close)
  // The host is part of the key, and each server has another port.
  const get = (path: string): ReturnType<typeof ask> =>
    ask(server.origin, path, { headers: { host: 'shop.example' } })
  const lifeOf = async (path: string): Promise<number> => {
    for (let tries = 0; tries < 500; tries++) {
      if ((await get(path)).headers['x-cache'] === 'MISS') {
        await cache.idle()
        // On a busy machine one that lives shortly has expired by now.
        return Number((await get(path)).headers['x-cache-ttl-remaining'] ?? 0)
      }
      await pause(20)
    }
    throw new Error(`${path} did not expire`)
  }
  return { lifeOf, close }
}

test('a route learns how long its responses live, and another instance finds it in Redis when they have expired', async () => {
  const namespace = `http-${randomBytes(6).toString('hex')}`
  const one = await instance(namespace)
  for (let loads = 0; loads < 3; loads++) {
    await one.lifeOf('/steady')
    await one.lifeOf('/moving')
  }
  await one.close()
  const two = await instance(namespace)
  const [steady, moving] = [await two.lifeOf('/steady'), await two.lifeOf('/moving')]
  expect(steady).toBeGreaterThanOrEqual(1)
  expect(moving).toBe(0)
})
