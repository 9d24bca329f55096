import { adaptiveTtl, aimdTtl, alexTtl } from '@tiercache/adaptive-ttl'
import { createCache, type TtlContext, type TtlDecision, type TtlPolicy } from '@tiercache/core'
import { fakeRedis, manualClock } from '@tiercache/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { ResponseCacheOptions, ResponseView } from '../src/index.ts'
import { lifetimePolicy } from '../src/response-policy.ts'
import type { StoredResponse } from '../src/stored-response.ts'
import { ask } from '../src/testing/client.ts'
import type { TestReply, TestRequest } from '../src/testing/index.ts'
import { nodeHandler, startPlain } from './support/plain.ts'

const HOUR = 3_600_000
const context: TtlContext = { key: 'k', tags: [], loadMs: 1, notModified: false, previous: undefined }

function response(status: number, body: string): ResponseView {
  return { status, headers: {}, body: Buffer.from(body) }
}

function storedFor(ttlMs: number, etag?: string): StoredResponse {
  const fields = { status: 200, headers: [], body: Buffer.from(''), atMs: 0, ageS: 0, swrMs: 0, sieMs: 0 }
  return { ...fields, ttlMs, shared: false, noCache: false, ...(etag !== undefined && { etag }) }
}

function decide(policy: TtlPolicy<ResponseView>, stored: StoredResponse): unknown {
  return lifetimePolicy(policy, response(200, 'x'), stored)('not looked at', context)
}

interface World {
  readonly get: (path?: string) => ReturnType<typeof ask>
  readonly clock: ReturnType<typeof manualClock>
}

async function world(cache: ResponseCacheOptions<TestRequest>, handle: () => TestReply): Promise<World> {
  const clock = manualClock()
  const made = createCache({ redis: fakeRedis({ clock }), clock, jitter: 0 })
  await made.ready()
  const routes = [{ method: 'GET', path: '/', cache: { headers: true, clock, ...cache }, handle } as const]
  const server = await startPlain({ cache: made, routes }, nodeHandler)
  onTestFinished(async () => {
    await server.close()
    await made.close()
  })
  return { get: (path = '/') => ask(server.origin, path), clock }
}

test('what a policy decides is kept within what the response allows, for each tier, and the response says so', () => {
  const stored = storedFor(HOUR)
  expect(decide(() => '30m', stored)).toEqual({ memory: HOUR / 2, redis: HOUR / 2 })
  expect(stored.ttlMs).toBe(HOUR / 2)
  expect(decide(() => '2h', storedFor(HOUR))).toEqual({ memory: HOUR, redis: HOUR })
  expect(decide(() => ({ memory: '1m' }), storedFor(HOUR))).toEqual({ memory: 60_000, redis: 60_000 })
  expect(decide(() => ({ redis: '2h' }), storedFor(HOUR))).toEqual({ memory: HOUR, redis: HOUR })
  expect(decide(() => ({ memory: '1m', redis: '2h' }), storedFor(HOUR))).toEqual({
    memory: 60_000,
    redis: HOUR,
  })
  const state = Uint8Array.of(1)
  expect(decide(() => ({ ttl: '1m', state }), storedFor(HOUR))).toEqual({
    ttl: { memory: 60_000, redis: 60_000 },
    state,
  })
})

test('a response is told from the one before by status and ETag, and without an ETag by its body', () => {
  const versions: (string | undefined)[] = []
  const policy: TtlPolicy<ResponseView> = (_, { version }) => {
    versions.push(version)
    return '1m'
  }
  const told = (view: ResponseView, etag?: string): string | undefined => {
    lifetimePolicy(policy, view, storedFor(HOUR, etag))(undefined, context)
    return versions.pop()
  }
  expect(told(response(200, 'a'), '"1"')).toBe(told(response(200, 'b'), '"1"'))
  expect(told(response(200, 'a'), '"1"')).not.toBe(told(response(200, 'a'), '"2"'))
  expect(told(response(404, 'a'))).toBe(told(response(404, 'a')))
  expect(told(response(404, 'a'))).not.toBe(told(response(404, 'b')))
  expect(told(response(404, 'a'))).not.toBe(told(response(410, 'a')))
})

test('an adaptive ttl gets long for a route whose response stays the same, though each has another date', async () => {
  const policy = adaptiveTtl({ staleTarget: 0.05 })
  const { get, clock } = await world({ ttl: policy }, () => ({ body: 'the same' }))
  const lives: number[] = []
  for (let load = 0; load < 20; load++) {
    expect((await get()).headers['x-cache']).toBe('MISS')
    lives.push(Number((await get()).headers['x-cache-ttl-remaining']))
    await clock.advance((lives.at(-1) ?? 0) * 1000 + 60_000)
  }
  expect(lives[0]).toBe(30)
  expect(lives.at(-1)).toBeGreaterThan(60)
})

test('an adaptive ttl gets short for a route whose response changes', async () => {
  let call = 0
  const { get, clock } = await world({ ttl: adaptiveTtl({ staleTarget: 0.05 }) }, () => ({
    body: `call ${++call}`,
  }))
  let left = 0
  for (let load = 0; load < 10; load++) {
    await get()
    left = Number((await get()).headers['x-cache-ttl-remaining'])
    await clock.advance(left * 1000 + 5000)
  }
  expect(left).toBeLessThan(10)
})

test('the simple policies are routes’ policies, too', async () => {
  const simple = [aimdTtl<ResponseView>({ initialTtl: '20s' }), alexTtl<ResponseView>({ minTtl: '20s' })]
  for (const ttl of simple) {
    const { get } = await world({ ttl }, () => ({ body: 'x' }))
    await get()
    expect((await get()).headers['x-cache-ttl-remaining']).toBe('20')
  }
})

test('a handler that fails is told to the policy, with how long it took, and what the policy throws at that is lost', async () => {
  const failures: number[] = []
  const policy: TtlPolicy<ResponseView> = Object.assign((): TtlDecision['ttl'] => '1m', {
    failed: ({ loadMs }: { readonly loadMs: number }) => {
      failures.push(loadMs)
      throw new Error('a mistake in failed')
    },
  })
  const { get } = await world({ ttl: { policy } }, () => ({ status: 503, body: 'down' }))
  expect((await get()).status).toBe(503)
  expect(failures).toEqual([0])
})

test('a policy that throws keeps a response from being stored, not from being sent', async () => {
  const warnings: string[] = []
  const note = (warning: Error): unknown => warnings.push(warning.message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const policy = (): never => {
    throw new Error('a mistake in the policy')
  }
  const { get } = await world({ ttl: () => policy }, () => ({ body: 'sent' }))
  expect((await get()).body).toBe('sent')
  expect((await get()).headers['x-cache']).toBe('MISS')
  expect(warnings).toContainEqual('A response was not stored: Error: a mistake in the policy')
})
