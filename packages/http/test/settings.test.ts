import { createCache, CacheError } from '@tiercache/core'
import { expect, test } from 'vitest'
import {
  adminEndpoint,
  cachedProxy,
  healthEndpoint,
  invalidator,
  responseCache,
  type ResponseCacheOptions,
  responseTimes,
} from '../src/index.ts'

const cache = createCache()

test.each<[object, string, RegExp]>([
  [{ tll: '5m' }, 'E_OPTION', /options\.tll is not an option here\. Known: namespace, ttl/],
  [{ ttl: 'soon' }, 'E_TTL', /ttl: "soon" is not a duration/],
  [{ ttl: 0 }, 'E_TTL', /ttl: 0 caches nothing/],
  [{ ttl: { policy: '5m' } }, 'E_OPTION', /ttl\.policy: "5m" must be a function/],
  [{ swr: -1 }, 'E_TTL', /swr: -1 is not a duration/],
  [{ namespace: '' }, 'E_OPTION', /namespace: "" must be a string of 1/],
  [{ varyQuery: 'page' }, 'E_OPTION', /varyQuery: "page" must be an array/],
  [{ varyHeaders: [1] }, 'E_OPTION', /varyHeaders: an array must be an array of strings/],
  [{ varyHeaders: { accept: 'x' } }, 'E_OPTION', /varyHeaders\.accept: "x" must be an array/],
  [{ private: true }, 'E_OPTION', /private: true needs byUser/],
  [{ byUser: 'id' }, 'E_OPTION', /byUser: "id" must be true, false or a function/],
  [{ skip: true }, 'E_OPTION', /skip: true must be a function/],
  [{ statuses: [200, 206] }, 'E_OPTION', /statuses: 206 must be statuses/],
  [{ statuses: [500] }, 'E_OPTION', /statuses: 500 must be statuses/],
  [{ maxBodyBytes: 'big' }, 'E_OPTION', /maxBodyBytes: "big" is not a size/],
  [{ headers: 1 }, 'E_OPTION', /headers: 1 must be true or false/],
  [{ heuristic: 2 }, 'E_OPTION', /heuristic: 2 must be a number from 0 to 1/],
  [{ serializer: {} }, 'E_OPTION', /serializer: an object must have the functions/],
  [{ tags: 'a' }, 'E_OPTION', /tags: "a" must be an array/],
])('%o is refused at once', (options, code, message) => {
  const made = (): unknown => responseCache(cache, options as ResponseCacheOptions)
  expect(made).toThrow(message)
  expect(made).toThrow(CacheError)
  expect(made).toThrow(expect.objectContaining({ code }))
})

test('the other parts refuse bad options at once, too', () => {
  expect(() => invalidator(cache, {})).toThrow(/must name tags, keys, namespaces or an event/)
  expect(() => invalidator(cache, { tags: 'a' as never })).toThrow(/invalidates\.tags/)
  expect(() => adminEndpoint(cache, undefined as never)).toThrow(
    /cacheAdmin\.authorize: undefined must be a function/,
  )
  expect(() => adminEndpoint(cache, { authorize: 'short' })).toThrow(/16 characters/)
  expect(() => adminEndpoint(cache, { authorize: () => true, perMinute: 0 })).toThrow(/perMinute: 0/)
  expect(() => healthEndpoint(cache, { nothing: 1 } as object)).toThrow(/cacheHealth\.nothing/)
  expect(() => responseTimes({ log: 'x' as never })).toThrow(/cacheTiming\.log/)
  expect(() => cachedProxy(cache, { origin: 'ftp://x' })).toThrow(/origin/)
})

test('a short token is not repeated in the error', () => {
  expect(() => adminEndpoint(cache, { authorize: 'hunter2' })).not.toThrow(/hunter2/)
})
