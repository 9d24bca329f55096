import { createCache } from '@tiercache/core'
import { fakeRedis, manualClock } from '@tiercache/core/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Lookup,
  noteOutcomes,
  outcomeOf,
  type Reply,
  type RequestView,
  type ResponseCache,
  responseCache,
  type ResponseCacheOptions,
} from '../src/index.ts'

const clock = manualClock()
let cache = createCache({ clock })

beforeEach(async () => {
  cache = createCache({ redis: fakeRedis({ clock }), clock, jitter: 0 })
  await cache.ready()
})

afterEach(() => cache.close())

test('a hit in memory is there at once, and everything else is a promise or runs the handler', async () => {
  const responses = await filled({ ttl: '1m' })
  expect(responses.lookup(viewOf('/a'))).toMatchObject({ kind: 'reply', reply: { status: 200 } })
  expect(responses.lookup(viewOf('/a', { method: 'POST' }))).toMatchObject({ kind: 'run' })
  const unknown = responses.lookup(viewOf('/b'))
  expect(unknown).toBeInstanceOf(Promise)
  const lookup = await unknown
  if (lookup.kind === 'run') lookup.capture?.abort()
})

test('answers of one second are one, and the next second has its own age and ttl', async () => {
  const responses = await filled({ ttl: '1m', headers: true })
  const first = replyOf(responses.lookup(viewOf('/a')))
  expect(replyOf(responses.lookup(viewOf('/a')))).toBe(first)
  expect(first.byName).toMatchObject({ Age: '0', 'X-Cache': 'HIT', 'X-Cache-TTL-Remaining': '60' })
  await clock.advance('5s')
  const later = replyOf(responses.lookup(viewOf('/a')))
  expect(later.byName).toMatchObject({ Age: '5', 'X-Cache-TTL-Remaining': '55' })
  expect(later.body).toBe(first.body)
})

test('an answer that depends on the request is given to nobody else', async () => {
  const responses = await filled({ ttl: '1m' })
  const etag = replyOf(responses.lookup(viewOf('/a'))).byName['etag']
  const conditional = { headers: { 'if-none-match': String(etag) } }
  expect(replyOf(responses.lookup(viewOf('/a', conditional)))).toMatchObject({ status: 304, body: undefined })
  expect(replyOf(responses.lookup(viewOf('/a', { method: 'HEAD' })))).toMatchObject({ body: undefined })
  expect(replyOf(responses.lookup(viewOf('/a')))).toMatchObject({ status: 200, body: Buffer.from('a') })
})

test('a body that cannot be restored lets the handler answer', async () => {
  const deserialize = (): Buffer => {
    throw new Error('not what was stored')
  }
  const responses = await filled({ serializer: { serialize: body => body, deserialize } })
  expect(responses.lookup(viewOf('/a'))).toMatchObject({ kind: 'run' })
})

test('how an exchange went is known from when somebody wants to know it', async () => {
  const responses = await filled({ ttl: '1m' })
  const before = viewOf('/a')
  void responses.lookup(before)
  expect(outcomeOf(before.source)).toBeUndefined()
  noteOutcomes()
  const after = viewOf('/a')
  void responses.lookup(after)
  expect(outcomeOf(after.source)?.outcome).toBe('hit')
})

/** A route whose response to `/a` is in memory. */
async function filled(options: ResponseCacheOptions): Promise<ResponseCache<unknown>> {
  const responses = responseCache(cache, { ...options, clock })
  const lookup = await responses.lookup(viewOf('/a'))
  if (lookup.kind !== 'run') throw new Error('it was there before')
  lookup.capture?.whole(200, {}, Buffer.from('a'))
  await cache.idle()
  return responses
}

function viewOf(url: string, more: Partial<RequestView> = {}): RequestView {
  const view = { method: 'GET', scheme: 'http', host: 'shop.example', url, headers: {}, hasBody: false }
  return { ...view, native: undefined, source: {}, ...more }
}

function replyOf(lookup: Lookup | Promise<Lookup>): Reply {
  if (lookup instanceof Promise || lookup.kind !== 'reply') throw new Error('it was not there')
  return lookup.reply
}
